"""The strict look at a sealed file, before it leaves and whenever a stranger asks.

Each rule answers a trap met with real files: trailing bytes leave a signature « valid », an incremental update after a
certified revision too in some readers, a file may carry more signatures than ours, and a seal said to be verifiable in
ten years may hold no proof of revocation at all.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

from asn1crypto import cms
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.general import (
    MultivaluedAttributeError,
    NonexistentAttributeError,
    SigningError,
    find_unique_cms_attribute,
)
from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.errors import NoDSSFoundError, SignatureValidationError
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import PdfSignatureStatus
from pyhanko_certvalidator import ValidationContext

from signature.domain.sealing import Level
from signature.domain.verification import Defect, SealDefect

# It logs what it finds wrong, pieces of the document included.
logging.getLogger("pyhanko").setLevel(logging.CRITICAL)

_MALFORMED = (
    PdfError,
    SignatureValidationError,
    SigningError,
    MultivaluedAttributeError,
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
    IndexError,
    RecursionError,
)


@dataclass(frozen=True)
class Anchors:
    """What we believe: our root and what hangs under it, our sealing certificates past and present, the TSA's roots."""

    root: x509.Certificate
    between: tuple[x509.Certificate, ...]
    leaves: tuple[x509.Certificate, ...]
    tsa_roots: tuple[x509.Certificate, ...] = ()


class Inspector:
    """Checks sealed files against pinned anchors. `crls` gives the revocation lists known today, in DER."""

    def __init__(self, anchors: Anchors, *, crls: Callable[[], Sequence[bytes]] = tuple) -> None:
        self._leaves = {_der(leaf) for leaf in anchors.leaves}
        self._known = self._leaves | {_der(each) for each in (anchors.root, *anchors.between)}
        self._roots = [to_asn1(anchors.root)]
        self._between = [to_asn1(certificate) for certificate in anchors.between]
        self._tsa_roots = [to_asn1(certificate) for certificate in anchors.tsa_roots] or self._roots
        self._issuers = (anchors.root, *anchors.between)
        self._crls = crls

    def inspect(self, sealed: bytes, *, original: bytes, level: Level) -> None:
        """Raise SealDefect unless `sealed` is `original` with exactly one good seal of this level over all of it."""
        if not sealed.startswith(original):
            raise SealDefect(Defect.NOT_THE_ORIGINAL)
        self.inspect_alone(sealed, level=level)

    def inspect_alone(self, sealed: bytes, *, level: Level) -> None:
        """Raise SealDefect unless `sealed` carries exactly one seal, ours, over the whole file, allowing no change."""
        try:
            reader = PdfFileReader(BytesIO(sealed))
            signatures = reader.embedded_signatures
            if len(signatures) != 1:
                raise SealDefect(Defect.SEVERAL_SEALS if signatures else Defect.NO_SEAL)
            self._inspect_container(sealed, signatures[0])
            self._inspect_one(reader, signatures[0], level)
        except _MALFORMED as failure:
            raise SealDefect(Defect.UNREADABLE, told=type(failure).__name__) from failure

    def bears_our_seal(self, content: bytes) -> bool:
        """Tell whether one of our certificates is in the file, however broken it is otherwise."""
        digits = content.lower()
        return any(leaf.hex().encode() in digits for leaf in self._leaves)

    def _inspect_container(self, sealed: bytes, signature: EmbeddedPdfSignature) -> None:
        """The seal covers all but itself: what could still be written there without breaking it is refused here."""
        _, before, after, _ = signature.byte_range
        digits = cms.ContentInfo.load(signature.pkcs7_content).dump().hex().upper().encode()
        if sealed[before:after] != b"<" + digits.ljust(after - before - 2, b"0") + b">":
            raise SealDefect(Defect.CHANGED)
        certificates = {certificate.chosen.dump() for certificate in signature.signed_data["certificates"]}
        if not certificates <= self._known:
            raise SealDefect(Defect.OTHER_AUTHORITY)

    def _inspect_one(self, reader: PdfFileReader, signature: EmbeddedPdfSignature, level: Level) -> None:
        if signature.signer_cert.dump() not in self._leaves:
            raise SealDefect(Defect.OTHER_AUTHORITY)
        if signature.evaluate_signature_coverage() is not SignatureCoverageLevel.ENTIRE_FILE:
            raise SealDefect(Defect.ADDED)
        stamped_at = _stamped_at(signature)
        if stamped_at is None and level is not Level.B_B:
            raise SealDefect(Defect.NO_TIMESTAMP)
        context = self._proven_at(reader, stamped_at) if level is Level.B_LT else self._today
        signer_context, tsa_context = context(self._roots), context(self._tsa_roots)
        defects = self._defects(validate_pdf_signature(signature, signer_context, tsa_context))
        if not defects and self._is_revoked(signature.signer_cert, stamped_at):
            defects = (Defect.REVOKED,)
        if defects:
            raise SealDefect(*defects)

    @staticmethod
    def _defects(status: PdfSignatureStatus) -> tuple[Defect, ...]:
        timestamp = status.timestamp_validity
        rules = {
            Defect.CHANGED: status.intact and status.valid and status.docmdp_ok is True,
            Defect.ADDED: status.modification_level == ModificationLevel.NONE,
            Defect.REVOKED: not status.revoked,
            Defect.TIMESTAMP_NOT_TRUSTED: timestamp is None or (timestamp.valid and timestamp.trusted),
        }
        found = tuple(defect for defect, good in rules.items() if not good)
        # Whatever else the library minds is a reason to say no as well.
        return found or (() if status.bottom_line else (Defect.OTHER_AUTHORITY,))

    def _today(self, roots: list[asn1_x509.Certificate]) -> ValidationContext:
        return ValidationContext(
            trust_roots=roots, other_certs=self._between, allow_fetching=False, revocation_mode="soft-fail"
        )

    def _proven_at(
        self, reader: PdfFileReader, moment: datetime | None
    ) -> Callable[[list[asn1_x509.Certificate]], ValidationContext]:
        """Return contexts as of the timestamp, with the file's own proof of revocation and nothing else."""
        try:
            store = DocumentSecurityStore.read_dss(reader)
        except NoDSSFoundError as failure:
            raise SealDefect(Defect.NO_REVOCATION_PROOF) from failure
        if not store.crls and not store.ocsps:
            raise SealDefect(Defect.NO_REVOCATION_PROOF)

        def context(roots: list[asn1_x509.Certificate]) -> ValidationContext:
            policy: dict[str, Any] = {
                "trust_roots": roots,
                "allow_fetching": False,
                "revocation_mode": "require",
                "moment": moment,
                "retroactive_revinfo": True,
            }
            return store.as_validation_context(policy)

        return context

    def _is_revoked(self, certificate: asn1_x509.Certificate, stamped_at: datetime | None) -> bool:
        """Tell whether a list known today, truly its issuer's, revokes the certificate from before the timestamp on."""
        for der in self._crls():
            crl = x509.load_der_x509_crl(der)
            issuer = next((each for each in self._issuers if each.subject == crl.issuer), None)
            if issuer is None or not crl.is_signature_valid(issuer.public_key()):  # type: ignore[arg-type]
                continue
            entry = crl.get_revoked_certificate_by_serial_number(certificate.serial_number)
            if entry is not None and (stamped_at is None or entry.revocation_date_utc <= stamped_at):
                return True
        return False


def _stamped_at(signature: EmbeddedPdfSignature) -> datetime | None:
    try:
        token = find_unique_cms_attribute(signature.signer_info["unsigned_attrs"], "signature_time_stamp_token")
    except NonexistentAttributeError:
        return None
    instant: datetime = token["content"]["encap_content_info"]["content"].parsed["gen_time"].native
    return instant


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.DER)


def to_asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    """Return a certificate as pyHanko takes it."""
    return asn1_x509.Certificate.load(_der(certificate))
