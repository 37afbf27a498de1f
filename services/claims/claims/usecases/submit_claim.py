"""Send a claim with its documents to the mutuelle."""

from __future__ import annotations

from collections.abc import Sequence

from claims.domain.claim import Claim, ClaimState
from claims.usecases.ports import Begin
from plumbing.errors import NotFound


class DocumentUnknown(Exception):
    """A document is not here: not stored yet, stored for something else, or sent by somebody else."""

    def __init__(self, document_ids: Sequence[str]) -> None:
        super().__init__(", ".join(document_ids))
        self.document_ids = tuple(document_ids)


def submit_claim(
    *, uow: Begin, claim_id: str, member_id: str, document_ids: Sequence[str], message: str | None
) -> Claim:
    """Submit the member's own draft; it cannot be changed afterwards.

    Raises NotFound("claim") also for somebody else's, `IllegalMove`, `DocumentsMissing`, `DocumentUnknown`.
    """
    with uow() as work:
        claim = work.claims.get(claim_id)
        if claim.member_id != member_id:
            raise NotFound("claim", claim_id)
        claim.refuse_move(ClaimState.SUBMITTED)
        received = work.documents.of_claim(claim_id, document_ids)
        usable = {document.id for document in received if document.owner == f"member:{member_id}"}
        if missing := [document_id for document_id in document_ids if document_id not in usable]:
            raise DocumentUnknown(missing)
        claim.submit(number=work.numbers.next("claim"), document_ids=document_ids, message=message, now=work.now)
        work.publish(
            "claims.claim.submitted.v1",
            subject=claim.id,
            data={"claim_id": claim.id, "contract_id": claim.contract_id, "member_id": claim.member_id},
        )
        work.commit()
    return claim
