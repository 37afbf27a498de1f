"""What a seal is checked against, read from the settings or, in a demonstration, from what the sealer made."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from signature.adapters.sealer import demo_pki
from signature.config import LOCAL_TSA, Trust, read_certificates, read_crls
from signature.domain.sealing import Level


class NothingToTrust(Exception):
    """The demonstration's sealer has not made its authority yet."""


@dataclass(frozen=True)
class TrustedSeals:
    """Certificates and the lists handed with them, in DER, and the level that files are sealed at."""

    chain: tuple[x509.Certificate, ...]
    former: tuple[x509.Certificate, ...]
    tsa_roots: tuple[x509.Certificate, ...]
    handed_crls: tuple[bytes, ...]
    level: Level


def trusted_seals(trust: Trust) -> TrustedSeals:
    """Return what seals are checked against; NothingToTrust while a demonstration has not made its own."""
    chain, tsa_roots, crls = trust.chain, trust.tsa_roots, trust.crls
    if trust.pki_dir is not None:
        try:
            chain = read_certificates((trust.pki_dir / demo_pki.CHAIN_FILE).read_text())
            crls = (*crls, *read_crls((trust.pki_dir / demo_pki.CRL_FILE).read_text()))
            if trust.tsa_url == LOCAL_TSA:
                tsa_roots = read_certificates((trust.pki_dir / demo_pki.TSA_CHAIN_FILE).read_text())[-1:]
        except FileNotFoundError as failure:
            raise NothingToTrust(str(trust.pki_dir)) from failure
    return TrustedSeals(
        chain=chain,
        former=trust.former,
        tsa_roots=tsa_roots,
        handed_crls=tuple(crl.public_bytes(Encoding.DER) for crl in crls),
        level=_level(trust),
    )


def _level(trust: Trust) -> Level:
    if trust.tsa_url is None:
        return Level.B_B
    return Level.B_LT if trust.has_crls else Level.B_T
