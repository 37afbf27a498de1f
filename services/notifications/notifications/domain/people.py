"""What notifications remembers of people and files, fed by events. Names, addresses and links are stored closed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from notifications.domain.message import Attachment

TITLES = {
    "m": "Monsieur",
    "mr": "Monsieur",
    "monsieur": "Monsieur",
    "mme": "Madame",
    "mrs": "Madame",
    "ms": "Madame",
    "madame": "Madame",
}


@dataclass(frozen=True, slots=True)
class Person:
    """Whom a message greets."""

    email: str
    civility: str
    first_name: str
    last_name: str

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def greeting(self) -> str:
        """« Monsieur Roche »; the full name where the title is not known."""
        title = TITLES.get(self.civility.strip().rstrip(".").lower())
        return f"{title} {self.last_name}" if title else self.name


@dataclass(frozen=True, slots=True)
class Adviser:
    """Who signs the message: « Votre conseiller Cabinet Lemaire 01 98 76 00 00 »."""

    name: str
    phone: str
    email: str | None = None


def spoken_phone(phone: str) -> str:
    """Return a French number in pairs (« 01 98 76 00 00 »), any other as it came."""
    digits = phone.replace(" ", "").replace(".", "")
    if digits.startswith("+33") and len(digits) == 12:
        digits = f"0{digits[3:]}"
    if len(digits) == 10 and digits.isdigit():
        return " ".join(digits[start : start + 2] for start in range(0, 10, 2))
    return phone


@dataclass(eq=False)
class Contact:
    """How to reach a member. `as_of` is when the publisher said so: an older word never replaces a newer one."""

    member_id: str
    email: str
    civility: str
    first_name: str
    last_name: str
    as_of: datetime
    mobile: str | None = None
    tenant: str = ""

    @property
    def person(self) -> Person:
        return Person(self.email, self.civility, self.first_name, self.last_name)

    def update(self, person: Person, *, mobile: str | None, as_of: datetime) -> None:
        """Take over newer details; a missing mobile number says nothing about the one that is known."""
        if as_of < self.as_of:
            return
        self.email, self.civility = person.email, person.civility
        self.first_name, self.last_name = person.first_name, person.last_name
        self.mobile = mobile or self.mobile
        self.as_of = as_of


@dataclass(eq=False)
class Preference:
    """How a member wants to be told of benefits. Nobody asked yet: by e-mail."""

    member_id: str
    benefits_by_email: bool = True
    benefits_by_sms: bool = False
    tenant: str = ""


@dataclass(eq=False)
class QuoteFile:
    """The quote that a client and his adviser share, until the contract takes over. `papers` are its product's."""

    quote_id: str
    number: str
    product_name: str
    formula: str
    broker_id: str
    broker_name: str
    broker_phone: str
    broker_email: str
    email: str
    civility: str
    first_name: str
    last_name: str
    expires_on: date
    link_secret: str | None = None
    subscription_id: str | None = None
    papers: list[Attachment] = field(default_factory=list)
    submitted: bool = False
    tenant: str = ""

    @property
    def client(self) -> Person:
        return Person(self.email, self.civility, self.first_name, self.last_name)

    @property
    def adviser(self) -> Adviser:
        return Adviser(self.broker_name, self.broker_phone, self.broker_email)


@dataclass(eq=False)
class ContractFile:
    """A contract's number, product and people; the member's id comes with another event, in either order."""

    contract_id: str
    number: str = ""
    product_name: str = ""
    quote_id: str | None = None
    member_id: str | None = None
    email: str | None = None
    civility: str = ""
    first_name: str = ""
    last_name: str = ""
    as_of: datetime | None = None
    tenant: str = ""

    @property
    def client(self) -> Person | None:
        return Person(self.email, self.civility, self.first_name, self.last_name) if self.email else None


@dataclass(frozen=True, slots=True)
class Insurer:
    """What a tenant prints on its messages: configuration, not code."""

    tenant: str
    name: str
    brand: str
    sender: str
    adviser: str
    phone: str
    distributor: str
    legal_form: str
    siren: str
    supervisor: str
    producer_id: str  # « identifiant unique REP »
    back_office: str  # the managers' mailbox, in copy of what needs a person
