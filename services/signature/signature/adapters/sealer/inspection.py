"""The last look at a sealed file before it leaves: what a lenient reader would pass over is refused here.

Each rule answers a trap met with real files: trailing bytes leave a signature « valid », an incremental update after a
certified revision too in some readers, and a file may carry more signatures than ours.
"""

from __future__ import annotations

from io import BytesIO

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.general import SigningError
from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.status import PdfSignatureStatus
from pyhanko_certvalidator import ValidationContext

from signature.usecases.ports import SealDefect


class Inspector:
    """Checks sealed files against one pinned root and, for timestamps, the authority's roots."""

    def __init__(
        self, *, root: x509.Certificate, leaf: x509.Certificate, tsa_roots: tuple[x509.Certificate, ...]
    ) -> None:
        self._leaf_der = leaf.public_bytes(serialization.Encoding.DER)
        self._roots = [to_asn1(root)]
        self._tsa_roots = [to_asn1(certificate) for certificate in tsa_roots]

    def inspect(self, sealed: bytes, *, original: bytes) -> None:
        """Raise SealDefect unless `sealed` is `original` with exactly one good seal over the whole file."""
        if not sealed.startswith(original):
            raise SealDefect("the sealed file does not begin with the document that was read")
        self.inspect_alone(sealed)

    def inspect_alone(self, sealed: bytes) -> None:
        """Raise SealDefect unless `sealed` carries exactly one seal, ours, over the whole file, allowing no change."""
        try:
            signatures = PdfFileReader(BytesIO(sealed)).embedded_signatures
            if len(signatures) != 1:
                raise SealDefect(f"{len(signatures)} signatures where one is expected")
            status = validate_pdf_signature(
                signatures[0], self._context(self._roots), self._context(self._tsa_roots or self._roots)
            )
        except (PdfError, SignatureValidationError, SigningError, ValueError) as failure:
            raise SealDefect(f"{type(failure).__name__}: {failure}") from failure
        defects = self._defects(status)
        if defects:
            raise SealDefect(", ".join(defects))

    def _defects(self, status: PdfSignatureStatus) -> list[str]:
        timestamp = status.timestamp_validity
        rules = {
            "not valid": status.bottom_line,
            "does not cover the whole file": status.coverage == SignatureCoverageLevel.ENTIRE_FILE,
            "changed after sealing": status.modification_level == ModificationLevel.NONE,
            "breaks its own change policy": status.docmdp_ok is True,
            "sealed by another certificate": status.signing_cert.dump() == self._leaf_der,
            "without its timestamp": timestamp is not None or not self._tsa_roots,
            "timestamp not trusted": timestamp is None or (timestamp.valid and timestamp.trusted),
        }
        return [defect for defect, good in rules.items() if not good]

    @staticmethod
    def _context(roots: list[asn1_x509.Certificate]) -> ValidationContext:
        return ValidationContext(trust_roots=roots, allow_fetching=False, revocation_mode="soft-fail")


def to_asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    """Return a certificate as pyHanko takes it."""
    return asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))
