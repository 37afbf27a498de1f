"""The sealing key and its certificates, read once."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec


class UnusableCredentials(ValueError):
    """Key and chain do not go together, or are not of the kind we seal with."""


@dataclass(frozen=True)
class Credentials:
    """A P-256 key and its chain, leaf first, root last. The key's text never shows."""

    key: ec.EllipticCurvePrivateKey
    chain: tuple[x509.Certificate, ...]

    def __repr__(self) -> str:
        return f"Credentials(leaf={self.leaf.subject.rfc4514_string()})"

    @classmethod
    def from_pem(cls, key_pem: bytes, chain_pem: bytes) -> Credentials:
        """Read both; UnusableCredentials as in `of`."""
        try:
            chain = tuple(x509.load_pem_x509_certificates(chain_pem))
        except ValueError as failure:
            raise UnusableCredentials("not a PEM chain") from failure
        return cls.of(key_pem, chain)

    @classmethod
    def of(cls, key_pem: bytes, chain: tuple[x509.Certificate, ...]) -> Credentials:
        """Read the key; UnusableCredentials when it is not P-256, not the leaf's, or the chain has no root."""
        try:
            key = serialization.load_pem_private_key(key_pem, password=None)
        except (ValueError, TypeError) as failure:
            raise UnusableCredentials("not a PEM key") from failure
        if not chain:
            raise UnusableCredentials("there is no chain")
        if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != "secp256r1":
            raise UnusableCredentials("the sealing key must be on P-256")
        if chain[0].public_key() != key.public_key():
            raise UnusableCredentials("the first certificate is not the key's")
        for certificate, issuer in zip(chain, (*chain[1:], chain[-1]), strict=True):
            if certificate.issuer != issuer.subject:
                raise UnusableCredentials("the chain must go from the leaf to a self-issued root, in order")
        return cls(key, chain)

    @property
    def leaf(self) -> x509.Certificate:
        return self.chain[0]

    @property
    def root(self) -> x509.Certificate:
        return self.chain[-1]

    @property
    def chain_pem(self) -> bytes:
        return b"".join(certificate.public_bytes(serialization.Encoding.PEM) for certificate in self.chain)
