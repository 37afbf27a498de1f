"""The six stages of a subscription as the guide counts them (F-088), and how far one has come."""

from __future__ import annotations

from enum import StrEnum

from quoting.domain.membership_file import FileStatus, MembershipFile
from quoting.domain.subscription import SignatureMode, SignatureState, Subscription

LABELS = (
    "Saisie des données personnelles du client",
    "Lecture des documents produit",
    "Renseignement des informations bancaires",
    "Finalisation de la demande d’adhésion\u00a0: signature électronique ou manuscrite",
    "Confirmation de la demande d’adhésion",
    "Finalisation du dossier avec téléchargement des pièces justificatives",
)
SIGNING = 4
CONFIRMING = 5
SENDING = 6
FINISHED = 7


class StageState(StrEnum):
    """Where a stage stands."""

    DONE = "done"
    CURRENT = "current"
    TO_COME = "to_come"


def current_stage(subscription: Subscription | None, file: MembershipFile | None) -> int:
    """Return the number of the stage that is under way, one past the last when there is none left.

    The first three leave no trace here: what is entered there is stored with the fourth (F-100).
    """
    if subscription is None or file is None:
        return 1
    if subscription.signature is not SignatureState.SIGNED:
        return SIGNING
    if file.status is FileStatus.CREATED:
        return FINISHED
    if subscription.signature_mode is SignatureMode.ELECTRONIC and not subscription.sealed_papers:
        return CONFIRMING
    return FINISHED if not file.missing else SENDING


def stage_state(number: int, current: int) -> StageState:
    """Return where a stage stands while `current` is under way."""
    if number == current:
        return StageState.CURRENT
    return StageState.DONE if number < current else StageState.TO_COME
