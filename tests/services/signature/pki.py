"""A certificate authority of the tests' own. It keeps its root key: it can revoke, let lists lapse, and start over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from signature.adapters.sealer.credentials import Credentials
from signature.adapters.sealer.demo_tsa import LocalTimeStamper
from signature.adapters.sealer.inspection import Anchors, Inspector
from signature.adapters.sealer.pades import PadesSealer

OPERATOR = "Sigillaire"


@dataclass
class Authority:
    """A root, a sealing certificate and a timestamp certificate under it."""

    root_key: ec.EllipticCurvePrivateKey
    root: x509.Certificate
    seal: Credentials
    tsa: Credentials

    @classmethod
    def make(cls, name: str = "Racine de test") -> Authority:
        root_key = ec.generate_private_key(ec.SECP256R1())
        subject = _name(name)
        root = _certificate(subject, subject, root_key.public_key(), root_key, ca=True)
        return cls(
            root_key,
            root,
            _under(root, root_key, f"{name} : cachet"),
            _under(root, root_key, f"{name} : horodatage", ExtendedKeyUsageOID.TIME_STAMPING),
        )

    def list(
        self, *, revoked: Sequence[x509.Certificate] = (), since: timedelta = timedelta(0), lapsed: bool = False
    ) -> bytes:
        """Return a revocation list in DER; `since` says how long ago those `revoked` were."""
        now = datetime.now(UTC)
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.root.subject)
            .last_update(now - timedelta(days=2))
            .next_update(now - timedelta(days=1) if lapsed else now + timedelta(days=1))
            .add_extension(x509.CRLNumber(1), critical=False)
        )
        for certificate in revoked:
            entry = x509.RevokedCertificateBuilder().serial_number(certificate.serial_number)
            builder = builder.add_revoked_certificate(entry.revocation_date(now - since).build())
        return builder.sign(self.root_key, hashes.SHA256()).public_bytes(Encoding.DER)

    def anchors(self) -> Anchors:
        return Anchors(self.root, (), (self.seal.leaf,), (self.root,))

    def inspector(self, *lists: bytes) -> Inspector:
        return Inspector(self.anchors(), crls=lambda: lists)

    def sealer(self, *lists: bytes) -> PadesSealer:
        """Return a sealer at level B-LT with these lists, by default one that revokes nothing."""
        lists = lists or (self.list(),)
        return PadesSealer(
            self.seal, operator=OPERATOR, timestamper=self.stamper(), tsa_roots=(self.root,), crls=lambda: lists
        )

    def stamper(self) -> LocalTimeStamper:
        return LocalTimeStamper(self.tsa)


def _under(
    root: x509.Certificate,
    root_key: ec.EllipticCurvePrivateKey,
    name: str,
    purpose: x509.ObjectIdentifier | None = None,
) -> Credentials:
    key = ec.generate_private_key(ec.SECP256R1())
    leaf = _certificate(_name(name), root.subject, key.public_key(), root_key, purpose=purpose)
    return Credentials(key, (leaf, root))


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    signing_key: ec.EllipticCurvePrivateKey,
    *,
    ca: bool = False,
    purpose: x509.ObjectIdentifier | None = None,
) -> x509.Certificate:
    now = datetime.now(UTC)
    usage = dict.fromkeys(
        ("key_encipherment", "data_encipherment", "key_agreement", "encipher_only", "decipher_only"), False
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=3))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(digital_signature=not ca, content_commitment=not ca, key_cert_sign=ca, crl_sign=ca, **usage),
            critical=True,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )
    if purpose is not None:
        builder = builder.add_extension(x509.ExtendedKeyUsage([purpose]), critical=True)
    return builder.sign(signing_key, hashes.SHA256())
