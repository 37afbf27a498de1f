"""What a client enters: everything wrong with it is found, and what is right is kept."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from quoting.adapters.banks import SchwiftyBanks
from quoting.domain.mandate import ReferenceRefused, mandate_reference
from quoting.domain.nir import NirFault, NirRefused, check_nir, masked_nir
from quoting.domain.people import Broker, Civility, same_mailbox, search_name
from quoting.domain.submission import (
    address_faults,
    beneficiaries_of,
    document_faults,
    documents_read,
    identity_faults,
    relatives_faults,
)
from quoting.domain.subscription import Role, SignatureMode, Tie
from quoting.usecases.ports import IbanRefused
from tests.services.quoting.domain_factories import (
    BORN,
    IBAN,
    NIR,
    a_broker,
    a_paper,
    a_profile,
    a_quote,
    a_relative,
    a_submission,
    an_identity,
)

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize("written", [NIR, "2 85 05 16 015 001 73", "2.85.05.16.015.001-73"])
def test_a_number_is_read_however_it_is_spaced(written: str) -> None:
    assert check_nir(written, civility=Civility.MADAME, birth_date=BORN) == NIR


@pytest.mark.parametrize(
    ("number", "civility", "born", "fault"),
    [
        (NIR[:-1], Civility.MADAME, BORN, NirFault.FORMAT),
        (NIR + "0", Civility.MADAME, BORN, NirFault.FORMAT),
        ("28505160150A173", Civility.MADAME, BORN, NirFault.FORMAT),
        ("985051601500173", Civility.MADAME, BORN, NirFault.KEY),
        ("２85051601500173", Civility.MADAME, BORN, NirFault.FORMAT),
        ("", Civility.MADAME, BORN, NirFault.FORMAT),
        (NIR[:-2] + "74", Civility.MADAME, BORN, NirFault.KEY),
        (NIR, Civility.MONSIEUR, BORN, NirFault.SEX),
        ("185051601500126", Civility.MADAME, BORN, NirFault.SEX),
        (NIR, Civility.MADAME, date(1986, 5, 14), NirFault.BIRTH_DATE),
        (NIR, Civility.MADAME, date(1985, 6, 14), NirFault.BIRTH_DATE),
    ],
)
def test_a_number_that_cannot_be_this_persons_is_refused(
    number: str, civility: Civility, born: date, fault: NirFault
) -> None:
    with pytest.raises(NirRefused) as refusal:
        check_nir(number, civility=civility, birth_date=born)
    assert refusal.value.fault is fault
    assert number[:13] not in str(refusal.value) or not number


def test_a_corsican_number_and_an_unknown_month_are_accepted() -> None:
    assert check_nir("285052A01500189", civility=Civility.MADAME, birth_date=BORN) == "285052A01500189"
    assert check_nir("285202A01500138", civility=Civility.MADAME, birth_date=BORN)


def test_without_a_civility_only_the_birth_date_counts() -> None:
    assert check_nir("185051601500126", civility=None, birth_date=BORN)


def test_a_masked_number_shows_sex_year_and_month_only() -> None:
    assert masked_nir(NIR) == "2 85 05 •• ••• ••• ••"


@pytest.mark.parametrize("written", [IBAN, "FR14 2004 1010 0505 0001 3M02 606", "fr1420041010050500013m02606"])
def test_an_account_is_known_with_its_bank(written: str) -> None:
    bank = SchwiftyBanks().identify(written)
    assert (bank.iban, bank.name) == (IBAN, "LA BANQUE POSTALE")


@pytest.mark.parametrize(
    "number",
    [
        "FR1520041010050500013M02606",
        "FR1420041010050500013M0260",
        "FR14",
        "",
        "GB33BUKB20201555555555"[:-1],
        "TR330006100519786457841326",
        "0612345678",
    ],
)
def test_what_is_no_sepa_account_is_refused(number: str) -> None:
    with pytest.raises(IbanRefused) as refusal:
        SchwiftyBanks().identify(number)
    assert str(refusal.value) == ""


def test_a_mandate_reference_fits_sepa() -> None:
    assert mandate_reference("RIS-0000000033", 2) == "RIS-0000000033-2"
    for number in ("R" * 35, "ris 33"):
        with pytest.raises(ReferenceRefused):
            mandate_reference(number, 1)


@pytest.mark.parametrize(
    ("changes", "broker", "field"),
    [
        ({}, None, None),
        ({"identity": an_identity(birth_date=date(1985, 5, 15)), "nir": NIR}, None, "identity.birth_date"),
        ({"identity": an_identity(email="Courtier@Lemaire.example")}, a_broker(), "identity.email"),
        ({"identity": an_identity(mobile="+33698760000")}, a_broker(phone="06 98 76 00 00"), "mobile"),
        ({"identity": an_identity(mobile="+33698760000")}, a_broker(phone="+33 (0)6 98 76 00 00"), "mobile"),
        ({"identity": an_identity(mobile="+33698760000")}, a_broker(phone="06 98 76 00 01"), None),
        ({"identity": an_identity(mobile="+33698760000")}, a_broker(phone=""), None),
        ({"identity": an_identity(country="BE")}, None, "identity.country"),
        ({"identity": an_identity(mobile=None)}, None, "mobile"),
        ({"identity": an_identity(mobile=None), "signature_mode": SignatureMode.HANDWRITTEN}, None, None),
        ({"nir": NIR[:-2] + "74"}, None, "nir"),
    ],
)
def test_identity(changes: dict[str, Any], broker: Broker | None, field: str | None) -> None:
    faults = identity_faults(a_submission(**changes), a_quote(), broker=broker)
    assert [fault.field for fault in faults] == ([field] if field else [])


def test_an_address_in_another_zone_needs_another_quote() -> None:
    assert address_faults(a_quote(), town_is_known=True, zone="Z2") == []
    assert address_faults(a_quote(), town_is_known=True, zone="Z4")[0].code == "zone_differs"
    assert address_faults(a_quote(), town_is_known=False, zone=None)[0].code == "town_unknown"


def test_the_mandatory_documents_must_be_read_and_nothing_else_named() -> None:
    shown = [a_paper("ipid", "one"), a_paper("rules", "two"), a_paper("examples", "three")]
    assert document_faults(a_submission(documents_read=("one", "two")), shown) == []
    assert document_faults(a_submission(documents_read=("one",)), shown)[0].code == "unread"
    assert document_faults(a_submission(documents_read=("one", "two", "four")), shown)[0].code == "unknown"


def test_the_evidence_of_reading_has_each_documents_fingerprint() -> None:
    at = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    (read,) = documents_read(a_submission(documents_read=("one",)), [a_paper("ipid", "one")], at=at)
    assert (read.document_id, read.kind, read.sha256, read.read_at) == ("one", "ipid", "ab" * 32, at)


SPOUSE = a_relative(Role.SPOUSE, date(1987, 2, 3), tie=Tie.MARRIED)
CHILD = a_relative(Role.CHILD, date(2015, 6, 1))


@pytest.mark.parametrize(
    ("relatives", "codes"),
    [
        ((SPOUSE, CHILD), []),
        ((CHILD,), ["spouse"]),
        ((SPOUSE,), ["children"]),
        ((SPOUSE, CHILD, CHILD), ["children"]),
        ((SPOUSE, SPOUSE, CHILD), ["spouse"]),
        ((SPOUSE, CHILD, a_relative(Role.MAIN, BORN)), ["main_repeated"]),
        ((a_relative(Role.SPOUSE, date(1987, 2, 4), tie=Tie.COHABITING), CHILD), ["differs_from_quote"]),
        ((a_relative(Role.SPOUSE, date(1987, 2, 3)), CHILD), ["required"]),
        ((SPOUSE, a_relative(Role.CHILD, date(2026, 11, 24))), ["future"]),
        ((SPOUSE, a_relative(Role.CHILD, TODAY)), []),
        ((SPOUSE, a_relative(Role.CHILD, BORN)), ["too_old"]),
        ((SPOUSE, a_relative(Role.CHILD, date(2015, 6, 1), nir=NIR)), []),
        ((SPOUSE, a_relative(Role.CHILD, date(2015, 6, 1), nir="185051601500126")), ["nir_birth_date"]),
    ],
)
def test_the_people_are_those_of_the_quote(relatives: tuple[Any, ...], codes: list[str]) -> None:
    quote = a_quote(profile=a_profile(spouse_birth_date=date(1987, 2, 3), children=1))
    faults = relatives_faults(a_submission(relatives=relatives), quote, today=TODAY)
    assert [fault.code for fault in faults] == codes


def test_everybody_is_covered_in_one_order() -> None:
    people = beneficiaries_of(a_submission(relatives=(CHILD, SPOUSE)))
    assert [person.role for person in people] == [Role.MAIN, Role.SPOUSE, Role.CHILD]
    assert people[0].nir == NIR
    assert len({person.beneficiary_id for person in people}) == 3


def test_names_are_searched_without_accents() -> None:
    assert search_name("  Éloïse  Lefèvre-Château ") == "ELOISE LEFEVRE CHATEAU"


def test_a_mailbox_is_the_same_whatever_its_case() -> None:
    assert same_mailbox("Courtier@Lemaire.example", "courtier@lemaire.example ")
    assert not same_mailbox("courtier@lemaire.example", "julie@example.org")
