"""Change how a member is told of his benefits (F-223)."""

from __future__ import annotations

from member.domain.preferences import Preferences
from member.usecases.ports import Uow, Work
from plumbing.errors import NotFound, StaleWrite


def change_preferences(
    *, member_id: str, expected_version: int, benefits_by_email: bool, benefits_by_sms: bool, uow: Uow
) -> Preferences:
    """Return the preferences as they now are; StaleWrite when they are no longer those of `expected_version`."""
    with uow() as work:
        preferences = work.preferences.get(member_id)
        if preferences is None:
            raise NotFound("preferences", member_id)
        if preferences.version != expected_version:
            raise StaleWrite(member_id)
        if preferences.change(benefits_by_email=benefits_by_email, benefits_by_sms=benefits_by_sms, now=work.now):
            say_preferences(work, preferences)
            work.commit()
    return preferences


def say_preferences(work: Work, preferences: Preferences) -> None:
    """Tell notifications, which keeps a copy."""
    work.publish(
        "member.preferences.changed.v1",
        subject=preferences.member_id,
        data={
            "member_id": preferences.member_id,
            "benefits_by_email": preferences.benefits_by_email,
            "benefits_by_sms": preferences.benefits_by_sms,
        },
    )
