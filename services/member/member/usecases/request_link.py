"""Ask for a link to choose a password: forgotten, locked out, or the very first one (F-004, F-005, F-166)."""

from __future__ import annotations

from member.domain.attempts import Attempt
from member.domain.identifiers import comparable
from member.usecases.ports import NO_TENANT, Closing, Directory, Units

SEND_REQUESTED_LINKS = "send_requested_links"


def request_link(
    *, identifier: str, mutuelle: str | None, units: Units, directory: Directory, closing: Closing
) -> None:
    """Count the request and have whatever it leads to done afterwards, by `send_requested_links`.

    Nobody is looked up here: whether the identifier has an account changes neither the answer nor the time it takes.
    TooManyAttempts after five in an hour, whether or not anybody has this identifier.
    """
    name = comparable(identifier)
    tenant = None if mutuelle is None else directory.tenant_code(mutuelle) or NO_TENANT
    with units.for_tenant(NO_TENANT)() as work:
        work.attempts.for_change(Attempt.RESET, name, work.now).reserve(work.now)
        # There is no id to name yet, so the identifier itself goes, closed: the row is gone as soon as it was acted on.
        work.schedule(SEND_REQUESTED_LINKS, {"closed_identifier": closing.close(name), "tenant": tenant})
        work.commit()
