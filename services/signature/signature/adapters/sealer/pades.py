"""PAdES seals over PDFs and detached CAdES signatures over evidence, with pyHanko.

The key is held loaded: pyHanko's own signer reads and checks it again for each signature, which costs more than the
signature. Room for the signature is given, which spares pyHanko the rehearsal it would measure it with.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from io import BytesIO
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate, load_der_x509_crl
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.signers.pdf_cms import Signer
from pyhanko.sign.signers.pdf_signer import DSSContentSettings, SigDSSPlacementPreference
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.errors import PathError, ValidationError
from pyhanko_certvalidator.registry import SimpleCertificateStore

from signature.adapters.sealer.credentials import Credentials
from signature.adapters.sealer.footer import put_footer
from signature.adapters.sealer.inspection import Anchors, Inspector, to_asn1
from signature.domain.sealing import Level
from signature.usecases.ports import RevocationUnknown, SealRefused, TimestampMissing

_DIGEST = "sha256"
_FIELD = "Cachet"
# In hexadecimal digits: a P-256 signature with its chain takes about a fifth of the first; a timestamp token brings its
# own certificates.
_ROOM = 16_384
_ROOM_WITH_TIMESTAMP = 49_152
_LONGEST_P256_SIGNATURE = 72
_UNPROVEN = (PathError, ValidationError)


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
    """Seals, and lets nothing out that the inspector refuses.

    Without `timestamper` the level is B-B; with it B-T; with `crls` too, which gives the revocation lists of chain and
    authority in DER, it is B-LT: the proof that nothing was revoked is in the sealed revision itself.
    """

    def __init__(
        self,
        credentials: Credentials,
        *,
        operator: str,
        timestamper: TimeStamper | None = None,
        tsa_roots: tuple[Certificate, ...] = (),
        crls: Callable[[], Sequence[bytes]] | None = None,
    ) -> None:
        self.level = _level(timestamper, crls)
        self.credentials = credentials
        self._operator = operator
        self._signer = HeldKeySigner(credentials)
        self._timestamper = timestamper
        self._tsa_roots = tsa_roots
        self._crls = crls
        self._inspector = Inspector(
            Anchors(credentials.root, credentials.chain[1:-1], (credentials.leaf,), tsa_roots), crls=crls or tuple
        )

    @property
    def root(self) -> bytes:
        """The certificate that everything of ours hangs from, in PEM."""
        return self.credentials.root.public_bytes(Encoding.PEM)

    @property
    def certificates(self) -> bytes:
        """The chain, leaf first, and the roots of the timestamp authority, in PEM."""
        others = [root for root in self._tsa_roots if root not in self.credentials.chain]
        return self.credentials.chain_pem + b"".join(root.public_bytes(Encoding.PEM) for root in others)

    @property
    def revocation_lists(self) -> bytes:
        """What proves that nothing is revoked, in PEM; nothing below B-LT."""
        if self.level is not Level.B_LT or self._crls is None:
            return b""
        return b"".join(load_der_x509_crl(der).public_bytes(Encoding.PEM) for der in self._crls())

    def seal_pdf(self, pdf: bytes, *, reason: str, footer: str | None = None) -> bytes:
        """Return `pdf` with an invisible certifying seal that allows no change, and `footer` on every page.

        SealRefused when the file cannot be sealed, SealDefect when the result does not stand inspection, and
        TimestampMissing or RevocationUnknown when an authority gives no token or no list that holds: a lower level is
        never made in its place.
        """
        metadata = PdfSignatureMetadata(
            field_name=_FIELD,
            md_algorithm=_DIGEST,
            subfilter=SigSeedSubFilter.PADES,
            certify=True,
            docmdp_permissions=MDPPerm.NO_CHANGES,
            reason=reason,
            name=self._operator,
            **self._long_term(),
        )
        signer = PdfSigner(metadata, signer=self._signer, timestamper=self._timestamper)
        room = _ROOM if self._timestamper is None else _ROOM_WITH_TIMESTAMP
        sealed: bytes = self._run(lambda: self._sealed(signer, pdf, room, footer))
        self._inspector.inspect(sealed, original=pdf, level=self.level)
        return sealed

    def sign_detached(self, content: bytes) -> bytes:
        """Return a detached CAdES signature over `content`, in DER; TimestampMissing as for a seal."""
        signed: bytes = self._run(lambda: self._detached(content))
        return signed

    def _long_term(self) -> dict[str, Any]:
        """Return what makes a seal verifiable when the authorities no longer answer. A gap in the lists is an error
        here: the library's « hard-fail » minds it only for certificates that say where their list is.
        """
        if self.level is not Level.B_LT or self._crls is None:
            return {}
        roots = {each.dump(): each for each in map(to_asn1, (self.credentials.root, *self._tsa_roots))}
        context = ValidationContext(
            trust_roots=list(roots.values()),
            other_certs=[to_asn1(certificate) for certificate in self.credentials.chain[1:-1]],
            crls=list(self._crls()),
            allow_fetching=False,
            revocation_mode="require",
        )
        return {
            "embed_validation_info": True,
            "validation_context": context,
            # In the one revision that is sealed: what comes after a seal can be cut off again without a trace.
            "dss_settings": DSSContentSettings(
                include_vri=False, placement=SigDSSPlacementPreference.TOGETHER_WITH_SIGNATURE
            ),
        }

    async def _sealed(self, signer: PdfSigner, pdf: bytes, room: int, footer: str | None) -> bytes:
        writer = IncrementalPdfFileWriter(BytesIO(pdf))
        if footer is not None:
            put_footer(writer, footer)
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
        except _UNPROVEN as failure:
            raise RevocationUnknown(str(failure)) from failure
        except (PdfError, SigningError) as failure:
            # How pyHanko tells that its validation context had no proof for a certificate.
            if isinstance(failure.__cause__, _UNPROVEN):
                raise RevocationUnknown(str(failure)) from failure
            raise SealRefused(f"{type(failure).__name__}: {failure}") from failure


def _level(timestamper: TimeStamper | None, crls: Callable[[], Sequence[bytes]] | None) -> Level:
    if timestamper is None:
        return Level.B_B
    return Level.B_T if crls is None else Level.B_LT
