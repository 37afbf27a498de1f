"""Keep how a member wants to be told of benefits."""

from __future__ import annotations

from notifications.domain.people import Preference
from notifications.usecases.ports import Begin


def record_preferences(*, uow: Begin, member_id: str, benefits_by_email: bool, benefits_by_sms: bool) -> None:
    """Keep the newest choice."""
    with uow() as work:
        preference = work.preferences.find(member_id)
        if preference is None:
            preference = Preference(member_id)
            work.preferences.add(preference)
        preference.benefits_by_email = benefits_by_email
        preference.benefits_by_sms = benefits_by_sms
        work.commit()
