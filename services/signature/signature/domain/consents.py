"""What the signer is asked to tick, word for word, and the hash that ties the words to the signature.

The wording is the one the distributor's guide prints (features F-106 and F-110). A ceremony keeps the texts it was
opened with: changing a sentence here changes the next ceremonies only.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from signature.domain.canonical import Facts, sha256_hex

WORDING_VERSION: Final = "2026-11"

_VOWELS: Final = frozenset("aeiouyàâäéèêëîïôöùûühAEIOUYÀÂÄÉÈÊËÎÏÔÖÙÛÜH")


@dataclass(frozen=True)
class Statement:
    """One sentence with a box before it. The box is never ticked in advance."""

    code: str
    text: str
    version: str = WORDING_VERSION

    @property
    def sha256(self) -> str:
        return sha256_hex(self.text.encode())

    def facts(self) -> Facts:
        return {"code": self.code, "version": self.version, "sha256": self.sha256}


READ: Final = "read"
ACCEPTS: Final = "accepts"
CONFIRMS: Final = "confirms"
TERMS: Final = "terms"
PRIVACY: Final = "privacy"

DOCUMENT_STATEMENTS: Final = (
    Statement(READ, "Je déclare avoir lu toutes les pages du document ci-dessus."),
    Statement(ACCEPTS, "Je déclare accepter les conditions de ce document."),
    Statement(
        CONFIRMS,
        "Je confirme mon choix de signer électroniquement ce document (et dans ce cadre accepte les conditions "
        "d'utilisation des services électroniques).",
    ),
)


class ConsentMissing(Exception):
    """A box that must be ticked is not; `codes` are the statements left out."""

    def __init__(self, codes: tuple[str, ...]) -> None:
        super().__init__(f"not ticked: {', '.join(codes)}")
        self.codes = codes


def provider_statements(provider: str) -> tuple[Statement, Statement]:
    """Return the two boxes shown beside the code, naming the signature service that the deployment uses."""
    of_provider = f"d'{provider}" if provider[:1] in _VOWELS else f"de {provider}"
    return (
        Statement(
            TERMS,
            "En cochant cette case, vous reconnaissez avoir lu et vous acceptez les Conditions Générales d'utilisation "
            f"{of_provider} ainsi que les Conditions Spécifiques d'utilisation du Service de Signature {of_provider}.",
        ),
        Statement(
            PRIVACY,
            "En cochant cette case, vous reconnaissez avoir lu et vous acceptez la Politique de Protection des Données "
            f"Personnelles {of_provider}.",
        ),
    )


def require_all(statements: Iterable[Statement], ticked: frozenset[str]) -> None:
    """Raise ConsentMissing unless every statement was ticked."""
    missing = tuple(statement.code for statement in statements if statement.code not in ticked)
    if missing:
        raise ConsentMissing(missing)
