"""Which ceremonies somebody may see and act on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Reach:
    """A guest reaches the subjects of his scopes, a member the ceremonies he signs, an adviser his clients', a manager
    those of his tenant. A ceremony out of reach does not exist.
    """

    subjects: frozenset[str] = frozenset()
    member_id: str | None = None
    adviser_id: str | None = None
    all_of_tenant: bool = False

    def covers(self, *, subject: str, member_id: str | None, adviser_id: str | None) -> bool:
        return (
            self.all_of_tenant
            or subject in self.subjects
            or (self.member_id is not None and self.member_id == member_id)
            or (self.adviser_id is not None and self.adviser_id == adviser_id)
        )
