"""A timestamp authority for the tests, answering RFC 3161 requests over an injected transport."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
from asn1crypto import keys, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper

REPLY = {"Content-Type": "application/timestamp-reply"}


@dataclass
class TimestampAuthority:
    """One self-issued certificate with its key; `asked` counts the requests."""

    root: x509.Certificate
    stamper: DummyTimeStamper
    asked: int = 0

    @classmethod
    def make(cls) -> TimestampAuthority:
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Horodatage de test")])
        now = datetime.now(UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
            .sign(key, hashes.SHA256())
        )
        der = serialization.Encoding.DER
        private = key.private_bytes(der, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        stamper = DummyTimeStamper(
            tsa_cert=asn1_x509.Certificate.load(certificate.public_bytes(der)),
            tsa_key=keys.PrivateKeyInfo.load(private),
        )
        return cls(certificate, stamper)

    def client(self) -> httpx.Client:
        return httpx.Client(transport=httpx.MockTransport(self._answer))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        asked = tsp.TimeStampReq.load(request.content)
        # The transport may be called from inside the signer's event loop, and an answer is a coroutine of its own.
        answer = self.stamper.async_request_tsa_response(asked)
        try:
            answer.send(None)
        except StopIteration as done:
            return httpx.Response(200, content=done.value.dump(), headers=REPLY)
        raise AssertionError("the authority was expected to answer at once")
