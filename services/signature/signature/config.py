"""Signature's settings: the environment in, frozen dataclasses out; no start when something is missing or unsafe.

Web and worker read `Config`, the sealer `SealerConfig`. The sealing key is in the second alone, the key of the codes in
the first alone; what both need to tell a good seal from a bad one is in `Trust`, which holds no secret.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from cryptography import x509
from cryptography.x509.oid import NameOID

from plumbing.resources import CommonSettings
from plumbing.settings import Environment
from signature.domain.limits import FRENCH_COUNTRIES, CodeLimits, Limit

DEMONSTRATION_PROVIDER = "Sigillaire"
DEMONSTRATION_UNIT = "DEMONSTRATION"
LOCAL_TSA = "local"
"""The demonstration's own timestamp authority, inside the sealer: no network, no worth."""
_CODE_KEY_BYTES = 32
_NONE = "none"


@dataclass(frozen=True)
class Trust:
    """What a seal is checked against. In a demonstration without a chain of its own all of it lies under `pki_dir`.

    `chain` goes from the sealing certificate to its root; `crls` are revocation lists handed by the operator, in PEM;
    `crl_urls` those that the sealer fetches and keeps. `former` are sealing certificates used before.
    """

    pki_dir: Path | None
    chain: tuple[x509.Certificate, ...]
    former: tuple[x509.Certificate, ...]
    tsa_url: str | None
    tsa_roots: tuple[x509.Certificate, ...]
    crls: tuple[x509.CertificateRevocationList, ...]
    crl_urls: tuple[str, ...]

    @property
    def has_crls(self) -> bool:
        return self.pki_dir is not None or bool(self.crls or self.crl_urls)


@dataclass(frozen=True, repr=False)
class Config:
    """What web and worker know.

    `provider` names the signature service in the boxes that the signer ticks and in the seal. `origin` is the domain of
    the signing page, for codes that browsers fill in.
    """

    common: CommonSettings
    provider: str
    origin: str | None
    code_key: bytes
    code_limits: CodeLimits
    trust: Trust


@dataclass(frozen=True, repr=False)
class SealerConfig:
    """What the sealer knows. `sealer_key` is PEM; None in a demonstration that makes its own under `trust.pki_dir`."""

    common: CommonSettings
    provider: str
    sealer_key: str | None
    trust: Trust
    verification_url: str | None


def load(environ: Mapping[str, str]) -> Config:
    """Read what web and worker need; SettingsError lists all that is missing or unsafe."""
    environment = Environment(environ, service="signature")
    common = CommonSettings.read(environment)
    code_key = environment.secret("OTP_KEY")
    environment.parsed("OTP_KEY", read_code_key, "is not base64 of 32 bytes")
    trust = _trust(environment)
    code_limits = _code_limits(environment)
    provider = environment.text("SIGNATURE_PROVIDER", demonstration=DEMONSTRATION_PROVIDER)
    origin = environment.text("SIGNING_DOMAIN", "") or None
    environment.finish()
    return Config(
        common=common,
        provider=provider,
        origin=origin,
        code_key=read_code_key(code_key),
        code_limits=code_limits,
        trust=trust(),
    )


def _code_limits(environment: Environment) -> CodeLimits:
    day, hour = timedelta(days=1), timedelta(hours=1)
    # A demonstration's visitors all come from one address, and most of its ceremonies are a machine's.
    network = 600 if environment.demonstration else 60
    countries = environment.text("SMS_COUNTRIES", " ".join(sorted(FRENCH_COUNTRIES))).split()
    environment.parsed("SMS_COUNTRIES", read_countries, "are not French calling codes with spaces between")
    return CodeLimits(
        mobile=Limit("mobile", day, environment.integer("CODES_PER_MOBILE_A_DAY", 12, minimum=1)),
        network=Limit("network", hour, environment.integer("CODES_PER_NETWORK_AN_HOUR", network, minimum=1)),
        tenant=Limit("tenant", hour, environment.integer("CODES_PER_TENANT_AN_HOUR", 600, minimum=1)),
        deployment=Limit("deployment", hour, environment.integer("CODES_AN_HOUR", 1500, minimum=1)),
        countries=frozenset(countries),
    )


def read_countries(text: str) -> frozenset[str]:
    """Read calling codes; ValueError for none at all, or one that is not French: nobody there signs with us."""
    countries = frozenset(text.split())
    if not countries or not countries <= FRENCH_COUNTRIES:
        raise ValueError("unknown calling code")
    return countries


def load_sealer(environ: Mapping[str, str]) -> SealerConfig:
    """Read what the sealer needs; SettingsError lists all that is missing or unsafe."""
    environment = Environment(environ, service="signature")
    common = CommonSettings.read(environment)
    trust = _trust(environment)
    # A demonstration without a chain makes chain and key together.
    makes_its_own = (
        environment.demonstration and not environ.get("SEALER_CHAIN") and not environ.get("SEALER_CHAIN_FILE")
    )
    sealer_key = None if makes_its_own else environment.secret("SEALER_KEY")
    provider = environment.text("SIGNATURE_PROVIDER", demonstration=DEMONSTRATION_PROVIDER)
    verification_url = environment.text("VERIFICATION_URL", "") or None
    environment.finish()
    return SealerConfig(
        common=common,
        provider=provider,
        sealer_key=sealer_key,
        trust=trust(),
        verification_url=verification_url,
    )


def _trust(environment: Environment) -> Callable[[], Trust]:
    """Read what seals are checked against. It is handed over after `environment.finish()` found everything well."""
    if environment.demonstration:
        chain = environment.secret("SEALER_CHAIN", "")
        pki_dir = None if chain else environment.path("PKI_DIR")
    else:
        chain, pki_dir = environment.secret("SEALER_CHAIN"), None
    tsa_url = _tsa_url(environment, LOCAL_TSA if pki_dir else _NONE)
    own_tsa = tsa_url is None or tsa_url == LOCAL_TSA
    tsa_roots = environment.secret("TSA_ROOTS", "" if own_tsa else None)
    crls = environment.secret("CRLS", "")
    # Files without the means to check them later are a choice that an operator makes in so many words.
    urls = environment.text("CRL_URLS", _NONE if crls or own_tsa else None, demonstration=_NONE)
    former = environment.secret("FORMER_SEALERS", "")
    for name, text in (("SEALER_CHAIN", chain), ("TSA_ROOTS", tsa_roots), ("FORMER_SEALERS", former)):
        if text:
            environment.parsed(name, read_certificates, "are not PEM certificates")
            if _is_demonstration_text(text):
                environment.unsafe(name, "is the demonstration authority's")
    if crls:
        environment.parsed("CRLS", read_crls, "are not PEM revocation lists")
    return lambda: Trust(
        pki_dir=pki_dir,
        chain=read_certificates(chain) if chain else (),
        former=read_certificates(former) if former else (),
        tsa_url=tsa_url,
        tsa_roots=read_certificates(tsa_roots) if tsa_roots else (),
        crls=read_crls(crls) if crls else (),
        crl_urls=() if urls == _NONE else tuple(urls.split()),
    )


def _tsa_url(environment: Environment, demonstration: str) -> str | None:
    # Files without a timestamp are a choice that an operator makes in so many words.
    url = environment.text("TSA_URL", demonstration=demonstration)
    if url == LOCAL_TSA:
        environment.unsafe("TSA_URL", "is the demonstration's authority")
    return None if url in ("", _NONE) else url


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


def read_crls(text: str) -> tuple[x509.CertificateRevocationList, ...]:
    """Read one or more PEM revocation lists; ValueError when there is none."""
    end = "-----END X509 CRL-----"
    return tuple(x509.load_pem_x509_crl(f"{part}{end}\n".encode()) for part in text.split(end)[:-1] or [""])


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
