"""Signature's settings: the environment in, a frozen dataclass out; no start when something is missing or unsafe."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from cryptography import x509
from cryptography.x509.oid import NameOID

from plumbing.resources import CommonSettings
from plumbing.settings import Environment
from signature.domain.limits import CodeLimits, Limit

DEMONSTRATION_PROVIDER = "Sigillaire"
DEMONSTRATION_UNIT = "DEMONSTRATION"
_CODE_KEY_BYTES = 32
_NO_TSA = "none"


@dataclass(frozen=True, repr=False)
class Config:
    """`sealer_key` and `sealer_chain` are PEM; None in a demonstration that makes its own under `pki_dir`.

    `provider` names the signature service in the boxes that the signer ticks and in the seal. `origin` is the domain of
    the signing page, for codes that browsers fill in. Without `tsa_url` files are sealed at level B-B.
    """

    common: CommonSettings
    provider: str
    origin: str | None
    code_key: bytes
    sealer_key: str | None
    sealer_chain: str | None
    pki_dir: Path | None
    tsa_url: str | None
    tsa_roots: tuple[x509.Certificate, ...]
    code_limits: CodeLimits


def load(environ: Mapping[str, str]) -> Config:
    """Read everything; SettingsError lists all that is missing or unsafe."""
    environment = Environment(environ, service="signature")
    common = CommonSettings.read(environment)
    code_key = environment.secret("OTP_KEY")
    environment.parsed("OTP_KEY", read_code_key, "is not base64 of 32 bytes")
    if environment.demonstration:
        sealer_key = environment.secret("SEALER_KEY", "") or None
        sealer_chain = environment.secret("SEALER_CHAIN", "") or None
        pki_dir = None if sealer_key else environment.path("PKI_DIR")
    else:
        sealer_key, sealer_chain, pki_dir = environment.secret("SEALER_KEY"), environment.secret("SEALER_CHAIN"), None
        environment.parsed("SEALER_CHAIN", read_certificates, "is not a chain of PEM certificates")
        if _is_demonstration_text(sealer_chain):
            environment.unsafe("SEALER_CHAIN", "is the demonstration authority's")
    tsa_url = _tsa_url(environment)
    tsa_roots = environment.secret("TSA_ROOTS", None if tsa_url else "")
    environment.parsed("TSA_ROOTS", read_certificates, "are not PEM certificates")
    mobile = environment.integer("CODES_PER_MOBILE_A_DAY", 12, minimum=1)
    tenant = environment.integer("CODES_PER_TENANT_AN_HOUR", 600, minimum=1)
    provider = environment.text("SIGNATURE_PROVIDER", demonstration=DEMONSTRATION_PROVIDER)
    origin = environment.text("SIGNING_DOMAIN", "") or None
    environment.finish()
    return Config(
        common=common,
        provider=provider,
        origin=origin,
        code_key=read_code_key(code_key),
        sealer_key=sealer_key,
        sealer_chain=sealer_chain,
        pki_dir=pki_dir,
        tsa_url=tsa_url,
        tsa_roots=read_certificates(tsa_roots) if tsa_roots else (),
        code_limits=CodeLimits(
            mobile=Limit("mobile", timedelta(days=1), mobile), tenant=Limit("tenant", timedelta(hours=1), tenant)
        ),
    )


def _tsa_url(environment: Environment) -> str | None:
    # Files without a timestamp are a choice that an operator makes in so many words.
    url = environment.text("TSA_URL", demonstration=_NO_TSA)
    return None if url in ("", _NO_TSA) else url


def read_code_key(text: str) -> bytes:
    """Read the key of the codes' prints; ValueError when it is not 32 bytes of base64."""
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except binascii.Error as failure:
        raise ValueError("not base64") from failure
    if len(key) != _CODE_KEY_BYTES:
        raise ValueError("not 32 bytes")
    return key


def read_certificates(text: str) -> tuple[x509.Certificate, ...]:
    """Read one or more PEM certificates; ValueError when there is none."""
    return tuple(x509.load_pem_x509_certificates(text.encode()))


def is_demonstration(certificates: Iterable[x509.Certificate]) -> bool:
    """Tell whether a chain is of the demonstration authority: `adapters/sealer/demo_pki.py` labels each certificate."""
    return any(
        attribute.value == DEMONSTRATION_UNIT
        for certificate in certificates
        for name in (certificate.subject, certificate.issuer)
        for attribute in name.get_attributes_for_oid(NameOID.ORGANIZATIONAL_UNIT_NAME)
    )


def _is_demonstration_text(text: str) -> bool:
    try:
        return is_demonstration(read_certificates(text))
    except ValueError:
        return False
