"""A certificate authority for demonstrations: clearly labelled, good for nothing else.

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
from cryptography.x509.oid import NameOID

from signature.config import DEMONSTRATION_PROVIDER, DEMONSTRATION_UNIT

KEY_FILE = "sealer.key"
CHAIN_FILE = "sealer-chain.pem"

_ROOT_LIFE = timedelta(days=3650)
_LEAF_LIFE = timedelta(days=1095)


def make(directory: Path, *, operator: str, now: datetime | None = None) -> None:
    """Write a leaf key and its chain (leaf, then root) to `directory`, unless they are there already.

    The root's key is thrown away at once: it signs this one leaf and nothing more.
    """
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / ".lock").open("w") as lock:
        # Web and worker may start together: the second must find the first one's pair, not mix it with its own.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not ((directory / KEY_FILE).exists() and (directory / CHAIN_FILE).exists()):
            _make(directory, operator, now or datetime.now(UTC))


def _make(directory: Path, operator: str, instant: datetime) -> None:
    root_key, leaf_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = _root(root_key, instant)
    leaf = _leaf(leaf_key, root, root_key, operator, instant)
    pem = serialization.Encoding.PEM
    key = leaf_key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    _write(directory / CHAIN_FILE, leaf.public_bytes(pem) + root.public_bytes(pem), mode=0o644)
    _write(directory / KEY_FILE, key, mode=0o600)


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
    root: x509.Certificate,
    root_key: ec.EllipticCurvePrivateKey,
    operator: str,
    now: datetime,
) -> x509.Certificate:
    name = _name(f"DEMONSTRATION - Cachet {operator}"[:64])
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key())
    return (
        _builder(name, root.subject, key.public_key(), now, _LEAF_LIFE)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(certificates=False), critical=True)
        .add_extension(issuer, critical=False)
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
        # A machine whose clock is a little behind must still find the certificate valid.
        .not_valid_before(now - timedelta(hours=1))
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
