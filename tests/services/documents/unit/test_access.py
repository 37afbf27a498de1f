"""Who may read and who may send, as plain rules."""

import pytest

from documents.domain.access import InvalidReference, Person, Reader, Subject, may_read, may_send

SUBSCRIPTION = Subject("subscription", "s1")
NOBODY: frozenset[str] = frozenset()


def reads(person: Person, **document: object) -> bool:
    given = {"subject": Subject("quote", "q1"), "owner": "service:quoting", "readers": NOBODY, "attached": NOBODY}
    return may_read(person, **{**given, **document})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text", ["subscription:s1", "claim:0199d1c2-5a7e-7c31-9d0f-3b6f0a6f1a01", "product:horizon-tns"]
)
def test_a_subject_is_read_and_written_alike(text: str) -> None:
    assert str(Subject.parse(text)) == text


@pytest.mark.parametrize(
    "text", ["", "subscription", "subscription:", ":s1", "dossier:1", "claim:a b", "claim:é", "claim:*"]
)
def test_another_subject_is_no_subject(text: str) -> None:
    with pytest.raises(InvalidReference):
        Subject.parse(text)


@pytest.mark.parametrize("text", ["broker:b1", "manager:*", "service:quoting", "subscription:s1"])
def test_a_reader_is_read_and_written_alike(text: str) -> None:
    assert str(Reader.parse(text)) == text


@pytest.mark.parametrize("text", ["", "broker", "broker:", "nobody:1", "subscription:*", "broker:a*", "broker:**"])
def test_another_reader_is_no_reader(text: str) -> None:
    with pytest.raises(InvalidReference):
        Reader.parse(text)


def test_an_owner_reads_his_own() -> None:
    assert reads(Person("member", "m1"), owner="member:m1")
    assert not reads(Person("member", "m1"), owner="broker:m1")


def test_a_reader_reads_and_so_does_everybody_of_a_role() -> None:
    assert reads(Person("broker", "b1"), readers=frozenset({"broker:b1"}))
    assert reads(Person("broker", "b1"), readers=frozenset({"broker:*"}))
    assert not reads(Person("member", "b1"), readers=frozenset({"broker:*"}))


def test_whoever_is_attached_reads() -> None:
    assert reads(Person("member", "m1"), attached=frozenset({"member:m1"}))


def test_a_manager_reads_all_and_everybody_reads_a_product() -> None:
    assert reads(Person("manager", "g1"))
    for role in ("guest", "member", "broker", "employer", "partner", "service"):
        assert reads(Person(role, "x"), subject=Subject("product", "horizon-tns"))
        assert not reads(Person(role, "x"))


def test_a_guest_reads_what_his_link_opens_and_no_more() -> None:
    guest = Person("guest", "g1", "s1")
    assert reads(guest, subject=SUBSCRIPTION)
    assert reads(guest, readers=frozenset({"subscription:s1"}))
    assert not reads(guest, subject=Subject("subscription", "s2"))
    assert not reads(guest, readers=frozenset({"subscription:s2"}))


@pytest.mark.parametrize(
    ("person", "subject", "attached", "allowed"),
    [
        (Person("service", "quoting"), Subject("product", "p"), NOBODY, True),
        (Person("service", "signature"), Subject("ceremony", "c"), NOBODY, True),
        (Person("manager", "g"), Subject("contract", "c"), NOBODY, True),
        (Person("manager", "g"), Subject("product", "p"), NOBODY, False),
        (Person("manager", "g"), Subject("ceremony", "c"), NOBODY, False),
        (Person("guest", "g", "s1"), SUBSCRIPTION, NOBODY, True),
        (Person("guest", "g", "s2"), SUBSCRIPTION, NOBODY, False),
        (Person("guest", "g", "s1"), Subject("claim", "s1"), NOBODY, False),
        (Person("guest", "g"), SUBSCRIPTION, frozenset({"guest:g"}), False),
        (Person("member", "m"), Subject("claim", "c"), NOBODY, True),
        (Person("member", "m"), SUBSCRIPTION, frozenset({"member:m"}), True),
        (Person("member", "m"), SUBSCRIPTION, NOBODY, False),
        (Person("member", "m"), Subject("quote", "q"), frozenset({"member:m"}), False),
        (Person("broker", "b"), SUBSCRIPTION, frozenset({"broker:b"}), True),
        (Person("broker", "b"), Subject("claim", "c"), frozenset({"broker:b"}), False),
        (Person("employer", "e"), SUBSCRIPTION, frozenset({"employer:e"}), False),
        (Person("partner", "p"), SUBSCRIPTION, frozenset({"partner:p"}), False),
    ],
)
def test_who_may_send(person: Person, subject: Subject, attached: frozenset[str], allowed: bool) -> None:
    assert may_send(person, subject=subject, attached=attached) is allowed
