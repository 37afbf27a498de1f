"""A certificate authority for demonstrations, and under it a timestamp authority: labelled, good for nothing else.

Its label is in every certificate's subject (OU=DEMONSTRATION), where `config.is_demonstration` finds it: without
DEMONSTRATION=1 the service refuses to start with such a chain.
"""

from __future__ import annotations

import argparse
import fcntl
import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from signature.config import DEMONSTRATION_PROVIDER, DEMONSTRATION_UNIT

KEY_FILE = "sealer.key"
CHAIN_FILE = "sealer-chain.pem"
TSA_KEY_FILE = "tsa.key"
TSA_CHAIN_FILE = "tsa-chain.pem"
CRL_FILE = "crl.pem"
_FILES = (CRL_FILE, TSA_CHAIN_FILE, TSA_KEY_FILE, CHAIN_FILE, KEY_FILE)

_ROOT_LIFE = timedelta(days=3650)
_LEAF_LIFE = timedelta(days=1095)
# A machine whose clock is a little behind must still find the certificates valid.
_BACKDATED = timedelta(hours=1)


def make(directory: Path, *, operator: str, now: datetime | None = None) -> None:
    """Write the keys, chains (leaf, then root) and revocation list to `directory`, unless they are there already.

    The root's key is thrown away at once: it signs two leaves and one list, which revokes nothing and lasts as long as
    the root.
    """
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / ".lock").open("w") as lock:
        # Two sealers may start together: the second must find the first one's pair, not mix it with its own.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not all((directory / name).exists() for name in _FILES):
            _make(directory, operator, now or datetime.now(UTC))


def _make(directory: Path, operator: str, instant: datetime) -> None:
    root_key, seal_key, tsa_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
    root = _root(root_key, instant)
    seal = _leaf(seal_key, f"Cachet {operator}", root, root_key, instant)
    tsa = _leaf(tsa_key, f"Horodatage {operator}", root, root_key, instant, timestamps=True)
    crl = _revocation_list(root, root_key, instant)
    pem = serialization.Encoding.PEM
    _write(directory / CHAIN_FILE, seal.public_bytes(pem) + root.public_bytes(pem), mode=0o644)
    _write(directory / TSA_CHAIN_FILE, tsa.public_bytes(pem) + root.public_bytes(pem), mode=0o644)
    _write(directory / CRL_FILE, crl.public_bytes(pem), mode=0o644)
    for name, key in ((TSA_KEY_FILE, tsa_key), (KEY_FILE, seal_key)):
        content = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        _write(directory / name, content, mode=0o600)


def _name(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "FR"),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, DEMONSTRATION_UNIT),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _root(key: ec.EllipticCurvePrivateKey, now: datetime) -> x509.Certificate:
    name = _name("DEMONSTRATION - Racine sans valeur")
    return (
        _builder(name, name, key.public_key(), now, _ROOT_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(certificates=True), critical=True)
        .sign(key, hashes.SHA256())
    )


def _leaf(
    key: ec.EllipticCurvePrivateKey,
    what: str,
    root: x509.Certificate,
    root_key: ec.EllipticCurvePrivateKey,
    now: datetime,
    *,
    timestamps: bool = False,
) -> x509.Certificate:
    name = _name(f"DEMONSTRATION - {what}"[:64])
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key())
    builder = (
        _builder(name, root.subject, key.public_key(), now, _LEAF_LIFE)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(certificates=False), critical=True)
        .add_extension(issuer, critical=False)
    )
    if timestamps:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    return builder.sign(root_key, hashes.SHA256())


def _revocation_list(
    root: x509.Certificate, root_key: ec.EllipticCurvePrivateKey, now: datetime
) -> x509.CertificateRevocationList:
    return (
        x509.CertificateRevocationListBuilder()
        .issuer_name(root.subject)
        .last_update(now - _BACKDATED)
        .next_update(now + _ROOT_LIFE)
        .add_extension(x509.CRLNumber(1), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), critical=False)
        .sign(root_key, hashes.SHA256())
    )


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime, life: timedelta
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BACKDATED)
        .not_valid_after(now + life)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _usage(*, certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not certificates,
        content_commitment=not certificates,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=certificates,
        crl_sign=certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _write(path: Path, content: bytes, *, mode: int) -> None:
    """Write a file whole or not at all: a process killed in the middle leaves no half key behind."""
    unfinished = path.with_name(f".{path.name}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    unfinished.replace(path)


def make_from_arguments(arguments: Sequence[str]) -> int:
    """Run `python -m signature demo-pki --dir DIRECTORY`; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m signature demo-pki", description="Make a labelled authority.")
    parser.add_argument("--dir", type=Path, required=True)
    parser.add_argument("--operator", default=DEMONSTRATION_PROVIDER)
    options = parser.parse_args(arguments)
    make(options.dir, operator=options.operator)
    return 0
