"""The gateway's certificate for a demonstration: an authority that signs once and is then forgotten.

Whoever trusts the authority trusts this one certificate: its key is thrown away at once, so that nothing else can ever
be signed with it. An operator puts his own chain and key in the same two files instead.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_LIFE = timedelta(days=397)  # the longest that browsers take
_BACKDATED = timedelta(hours=1)
_NOT_MANY = 0


@dataclass(frozen=True)
class Certificate:
    """PEM texts: the server's key, its chain, and the authority to trust."""

    key: str
    chain: str
    authority: str


def make_certificate(host: str, now: datetime | None = None) -> Certificate:
    """Make a certificate for a host, for localhost and for 127.0.0.1."""
    instant = now or datetime.now(UTC)
    authority_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    issuer = _name("Parapluie DEMONSTRATION")
    authority = (
        _builder(issuer, issuer, authority_key.public_key(), instant)
        .add_extension(x509.BasicConstraints(ca=True, path_length=_NOT_MANY), critical=True)
        .add_extension(_usage(signs=True), critical=True)
        .sign(authority_key, hashes.SHA256())
    )
    names: list[x509.GeneralName] = [_general(name) for name in dict.fromkeys((host, "localhost", "127.0.0.1"))]
    leaf = (
        _builder(_name(host), issuer, key.public_key(), instant)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    signed_by = authority.public_bytes(pem).decode()
    return Certificate(private.decode(), leaf.public_bytes(pem).decode() + signed_by, signed_by)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, instant: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(instant - _BACKDATED)
        .not_valid_after(instant - _BACKDATED + _LIFE)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        key_cert_sign=signs,
        crl_sign=signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
