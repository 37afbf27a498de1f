"""The operator adds, changes and removes partners, through either of the broker's two administrations."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import replace

import pytest
from pika.exceptions import AMQPConnectionError

from deploy.bus.administration import AdministrationFailed
from deploy.bus.declared import declared
from deploy.bus.settings import Settings
from deploy.partners.plugging import Partner, Plugging, Refused
from plumbing.transport import Outcome
from tests.partners.ground import CREATED, PAID, Ground
from tests.support.sources import ROOT


def test_a_partner_comes_is_given_more_and_goes(ground: Ground) -> None:
    brume = ground.plug("brume", CREATED)
    assert (brume.account, brume.queue) == ("partner.brume", "partner.brume.inbox")
    assert len(brume.password) >= 32

    assert ground.publish(CREATED, "one", b"{}") is Outcome.CONFIRMED
    with brume.channel() as channel:
        assert channel.basic_get(brume.queue, auto_ack=True)[2] == b"{}"
        assert ground.partners("grants", "brume").out.split() == [CREATED]

        changed = ground.partners("grants", "brume", PAID)
        assert (changed.out.split(), changed.err.split()) == ([PAID], ["no", "longer", CREATED])
        for number, each in enumerate((CREATED, PAID)):
            ground.publish(each, f"two-{number}", each.encode())
        assert [channel.basic_get(brume.queue, auto_ack=True)[2] for _ in range(2)] == [PAID.encode(), None]
        assert ground.partners("grants", "brume", "--none").out == ""

        ground.publish(PAID, "three", b"{}")
        ground.partners("grants", "brume", PAID)
        ground.publish(PAID, "four", b"{}")
        gone = ground.partners("remove", "brume")
        assert (gone.code, gone.out) == (0, "brume is gone, with 1 messages that he had not read\n")
        with pytest.raises(AMQPConnectionError):  # the broker ends what he had open
            channel.connection.process_data_events(time_limit=5)

    with pytest.raises(AMQPConnectionError), brume.channel():
        pass
    assert "partner.brume" not in ground.managed("GET", "users").text
    assert "partner.brume" not in ground.managed("GET", "bindings/%2F").text
    assert "partner.brume" not in ground.managed("GET", "queues/%2F").text
    assert ground.managed("GET", "topic-permissions").json() == []
    again = ground.partners("remove", "brume")
    assert (again.code, again.err) == (1, "brume was not plugged in; whatever was left of it is gone\n")


@pytest.mark.parametrize("through", ["management", "rabbitmqctl"])
def test_both_administrations_do_the_same(ground: Ground, through: str) -> None:
    ground.through = through
    brume = ground.plug("brume", PAID)

    (rights,) = ground.managed("GET", "users/partner.brume/permissions").json()
    (topics,) = ground.managed("GET", "users/partner.brume/topic-permissions").json()
    assert (rights["configure"], rights["write"], rights["read"]) == (
        "^$",
        r"^parapluie\.partners$",
        r"^partner\.brume\.inbox$",
    )
    assert (topics["exchange"], topics["write"], topics["read"]) == ("parapluie.partners", r"^partner\.brume\.", "^$")
    assert ground.managed("GET", "users/partner.brume").json()["tags"] == []
    assert ground.partners("grants", "brume").out.split() == [PAID]

    with brume.channel() as channel:
        assert channel.basic_get(brume.queue)[0] is None
    renewed = ground.partners("password", "brume").out.split()[1]
    with pytest.raises(AMQPConnectionError), brume.channel():
        pass
    with replace(brume, url=ground.url_of(brume.account, renewed)).channel() as channel:
        assert channel.basic_get(brume.queue)[0] is None

    assert ground.partners("remove", "brume").code == 0
    assert ground.managed("GET", "users/partner.brume").status_code == 404


def test_only_what_is_declared_for_partners_is_granted(ground: Ground) -> None:
    assert set(declared().grantable) == {
        CREATED,
        PAID,
        "claims.claim.submitted.v1",
        "claims.claim.decided.v1",
    }
    for words in (
        ("add", "brume", "member.account.invited.v1"),
        ("add", "brume", CREATED, "signature.code.requested.v1"),
        ("add", "brume", "#"),
        ("add", "brume", "quoting.*.created.v1"),
    ):
        refused = ground.partners(*words)
        assert refused.code == 1
        assert refused.err.startswith("not for partners: ")
    assert "partner.brume" not in ground.managed("GET", "users").text

    ground.plug("brume", CREATED)
    assert ground.partners("grants", "brume", "member.contract.changed.v1").code == 1
    assert ground.partners("grants", "brume").out.split() == [CREATED]


@pytest.mark.parametrize("name", ["", "b", "Brume", "bru.me", "brume*", "#", "1brume", "bru me", "b" * 31, "bru\nme"])
def test_a_name_that_would_mean_more_is_refused(name: str) -> None:
    with pytest.raises(Refused, match="no partner's name"):
        Partner(name)


def test_a_partner_is_plugged_in_once(ground: Ground) -> None:
    ground.plug("brume", CREATED)
    again = ground.partners("add", "brume")
    assert (again.code, again.err) == (1, "brume is plugged in already\n")
    assert ground.partners("grants", "brume").out.split() == [CREATED]
    for words in (("grants", "rain"), ("grants", "rain", CREATED), ("password", "rain")):
        unknown = ground.partners(*words)
        assert (unknown.code, unknown.err) == (1, "rain is not plugged in\n")


def test_nobody_is_plugged_into_an_empty_house(elsewhere: Ground) -> None:
    refused = elsewhere.partners("add", "brume")
    assert (refused.code, "worker first" in refused.err) == (1, True)
    assert "partner.brume" not in elsewhere.managed("GET", "users").text


def test_half_an_account_is_taken_away_again(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings.read(ground.environ)
    administration = settings.administration()

    def fails(*_: object, **__: object) -> None:
        raise AdministrationFailed("the broker went away")

    monkeypatch.setattr(administration, "grant", fails)
    with settings.connection() as connection:
        plugging = Plugging(connection, administration, declared().grantable)
        with pytest.raises(AdministrationFailed):
            plugging.add(Partner("brume"), [CREATED])

    assert "partner.brume" not in ground.managed("GET", "users").text
    assert "partner.brume" not in ground.managed("GET", "queues/%2F").text


def test_his_full_queue_holds_back_nobody_else(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deploy.partners.plugging.LONGEST_QUEUE", 2)
    brume = ground.plug("brume", CREATED)

    assert [ground.publish(CREATED, str(number), b"%d" % number) for number in range(4)] == [Outcome.CONFIRMED] * 4

    deadline, kept = time.monotonic() + 10, []
    with ground.operator() as channel:
        while channel.queue_declare(brume.queue, passive=True).method.message_count != 2:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        kept = [channel.basic_get(brume.queue, auto_ack=True)[2] for _ in range(2)]
    assert kept == [b"2", b"3"]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"BUS_ADMIN_URL": ""}, "BUS_ADMIN_URL"),
        ({"BUS_ADMIN_URL": "amqp://guest:wrong@{address}/%2F"}, "ACCESS_REFUSED"),
        ({"BUS_MANAGEMENT_URL": "http://guest:wrong-password@{managed}"}, "401"),
        ({"BUS_MANAGEMENT_URL": "http://guest:guest@127.0.0.1:1/"}, "does not answer"),
        ({"BUS_MANAGEMENT_URL": "", "RABBITMQCTL": "no-such-rabbitmqctl"}, "cannot be run"),
        ({"BUS_MANAGEMENT_URL": "", "RABBITMQCTL": "sh -c 'echo broken >&2; exit 3' sh"}, "ended with 3: broken"),
    ],
    ids=str,
)
def test_what_is_wrong_is_said(ground: Ground, change: dict[str, str], sentence: str) -> None:
    addresses = {
        "address": ground.broker.url.rpartition("@")[2].partition("/")[0],
        "managed": (ground.broker.management or "").partition("://")[2],
    }
    ground.overrides = {name: value.format(**addresses) for name, value in change.items()}
    said = ground.partners("remove", "brume")
    ground.overrides = {}
    assert (said.code, said.out) == (2, "")
    assert sentence in said.err
    assert "wrong-password" not in said.err


def test_it_runs_as_a_command() -> None:
    command = [sys.executable, "-m", "deploy.partners", "grants", "brume"]
    done = subprocess.run(command, cwd=ROOT, env={}, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "BUS_ADMIN_URL" in done.stderr


def test_the_witness_needs_no_kombu() -> None:
    """What runs beside the services shares nothing with them but the protocol."""
    code = "import sys, deploy.bus.__main__, deploy.partners.__main__; print({'kombu', 'amqp'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
