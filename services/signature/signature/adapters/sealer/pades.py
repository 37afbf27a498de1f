"""PAdES seals over PDFs and detached CAdES signatures over evidence, with pyHanko.

The key is held loaded: pyHanko's own signer reads and checks it again for each signature, which costs more than the
signature. Room for the signature is given, which spares pyHanko the rehearsal it would measure it with.
"""

from __future__ import annotations

import asyncio
from io import BytesIO
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import Certificate
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.signers.pdf_cms import Signer
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError
from pyhanko_certvalidator.registry import SimpleCertificateStore

from signature.adapters.sealer.credentials import Credentials
from signature.adapters.sealer.inspection import Inspector, to_asn1
from signature.domain.sealing import Level
from signature.usecases.ports import SealRefused, TimestampMissing

_DIGEST = "sha256"
_FIELD = "Cachet"
# In hexadecimal digits: a P-256 signature with its chain takes about a fifth of the first; a timestamp token brings its
# own certificates.
_ROOM = 16_384
_ROOM_WITH_TIMESTAMP = 49_152
_LONGEST_P256_SIGNATURE = 72


class HeldKeySigner(Signer):
    """A pyHanko signer around a key that stays loaded. ECDSA on P-256 with SHA-256 only."""

    def __init__(self, credentials: Credentials) -> None:
        chain = [to_asn1(certificate) for certificate in credentials.chain]
        registry = SimpleCertificateStore()
        registry.register_multiple(chain)
        super().__init__(signing_cert=chain[0], cert_registry=registry)
        self._key = credentials.key

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        if digest_algorithm != _DIGEST:
            raise SigningError(f"{digest_algorithm} is not {_DIGEST}")
        if dry_run:
            return bytes(_LONGEST_P256_SIGNATURE)
        return self._key.sign(data, ec.ECDSA(SHA256()))


class PadesSealer:
    """Seals, and lets nothing out that the inspector refuses."""

    def __init__(
        self,
        credentials: Credentials,
        *,
        operator: str,
        timestamper: TimeStamper | None = None,
        tsa_roots: tuple[Certificate, ...] = (),
    ) -> None:
        self.level = Level.B_B if timestamper is None else Level.B_T
        self.certificates = credentials.chain_pem
        self._operator = operator
        self._signer = HeldKeySigner(credentials)
        self._timestamper = timestamper
        self._inspector = Inspector(root=credentials.root, leaf=credentials.leaf, tsa_roots=tsa_roots)

    def seal_pdf(self, pdf: bytes, *, reason: str) -> bytes:
        """Return `pdf` with an invisible certifying seal that allows no change.

        SealRefused when the file cannot be sealed, SealDefect when the result does not stand inspection, and
        TimestampMissing when the authority gives no token: a lower level is never made in its place.
        """
        metadata = PdfSignatureMetadata(
            field_name=_FIELD,
            md_algorithm=_DIGEST,
            subfilter=SigSeedSubFilter.PADES,
            certify=True,
            docmdp_permissions=MDPPerm.NO_CHANGES,
            reason=reason,
            name=self._operator,
        )
        signer = PdfSigner(metadata, signer=self._signer, timestamper=self._timestamper)
        room = _ROOM if self._timestamper is None else _ROOM_WITH_TIMESTAMP
        sealed: bytes = self._run(lambda: self._sealed(signer, pdf, room))
        self._inspector.inspect(sealed, original=pdf)
        return sealed

    def sign_detached(self, content: bytes) -> bytes:
        """Return a detached CAdES signature over `content`, in DER; TimestampMissing as for a seal."""
        signed: bytes = self._run(lambda: self._detached(content))
        return signed

    async def _sealed(self, signer: PdfSigner, pdf: bytes, room: int) -> bytes:
        writer = IncrementalPdfFileWriter(BytesIO(pdf))
        output: BytesIO = await signer.async_sign_pdf(writer, bytes_reserved=room)
        return output.getvalue()

    async def _detached(self, content: bytes) -> bytes:
        signed = await self._signer.async_sign_general_data(
            content, _DIGEST, detached=True, timestamper=self._timestamper, use_cades=True
        )
        der: bytes = signed.dump()
        return der

    @staticmethod
    def _run(work: Any) -> Any:
        try:
            return asyncio.run(work())
        except TimestampRequestError as failure:
            raise TimestampMissing(str(failure)) from failure
        except (PdfError, SigningError) as failure:
            raise SealRefused(f"{type(failure).__name__}: {failure}") from failure
