"""Domain objects for unit tests."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from quoting.domain.needs import NeedLevel, Needs
from quoting.domain.people import Broker, Civility, Identity
from quoting.domain.product_papers import ProductPaper
from quoting.domain.quote import Advice, Price, Profile, Quote
from quoting.domain.submission import Relative, Submission
from quoting.domain.subscription import Role, SignatureMode

BORN = date(1985, 5, 14)
NIR = "285051601500173"
IBAN = "FR1420041010050500013M02606"


def an_identity(**changes: Any) -> Identity:
    facts: dict[str, Any] = {
        "civility": Civility.MADAME,
        "last_name": "Moreau",
        "birth_name": None,
        "first_name": "Julie",
        "birth_date": BORN,
        "address": "12 rue de la République",
        "address_extra": None,
        "postcode": "16000",
        "town": "Angoulême",
        "country": "FR",
        "email": "julie.moreau@example.org",
        "mobile": "+33612345678",
    }
    return Identity(**{**facts, **changes})


def a_broker(**changes: Any) -> Broker:
    facts: dict[str, Any] = {
        "id": "broker",
        "company": "Cabinet Lemaire",
        "display_name": "Claire Lemaire",
        "email": "courtier@lemaire.example",
        "phone": "+33198760000",
        "orias": "07001234",
    }
    return Broker(**{**facts, **changes})


def a_profile(**changes: Any) -> Profile:
    facts: dict[str, Any] = {
        "regime": "general",
        "postcode": "16000",
        "town": "Angoulême",
        "insee": "16015",
        "department": "16",
        "zone": "Z2",
        "birth_date": BORN,
        "spouse_birth_date": None,
        "children": 0,
    }
    return Profile(**{**facts, **changes})


def a_paper(kind: str, document_id: str) -> ProductPaper:
    return ProductPaper("horizon-tns", None, kind, "v1", document_id, f"Document {kind}", "ab" * 32)


def a_quote(**changes: Any) -> Quote:
    level = NeedLevel.MINIMAL
    facts: dict[str, Any] = {
        "id": "quote",
        "tenant": "rives",
        "number": "RIS-0000000033",
        "version": 1,
        "broker_id": "broker",
        "client_id": "client",
        "subscription_id": "subscription",
        "product_code": "horizon-tns",
        "product_name": "Horizon TNS",
        "formula": "300",
        "formula_label": "Horizon TNS 300",
        "with_option": False,
        "effective_date": date(2026, 12, 1),
        "monthly": Decimal("115.23"),
        "needs": Needs(level, level, level, level, level),
        "profile": a_profile(),
        "client": an_identity(),
        "price": Price(Decimal("115.23"), Decimal("1382.76"), "2026.1", None, ()),
        "advice": Advice("100", (), "Lunettes"),
        "created_at": datetime(2026, 11, 23, 9, 0, tzinfo=UTC),
        "created_on": date(2026, 11, 23),
    }
    return Quote(**{**facts, **changes})


def a_submission(**changes: Any) -> Submission:
    facts: dict[str, Any] = {
        "identity": an_identity(),
        "nir": NIR,
        "same_regime_declared": True,
        "tns_declared": True,
        "iban": IBAN,
        "account_holder": "Julie Moreau",
        "debit_day": 5,
        "benefit_iban": None,
        "teletransmission": True,
        "marketing_objection": False,
        "documents_read": ("one", "two"),
        "signature_mode": SignatureMode.ELECTRONIC,
        "relatives": (),
    }
    return Submission(**{**facts, **changes})


def a_relative(role: Role, birth_date: date, **changes: Any) -> Relative:
    facts: dict[str, Any] = {
        "role": role,
        "civility": None,
        "first_name": "Paul",
        "last_name": "Moreau",
        "birth_date": birth_date,
        "nir": None,
    }
    return Relative(**{**facts, **changes})
