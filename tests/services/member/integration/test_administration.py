"""What an administrator does at the command line, the demonstration's data, and the nightly sweep."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from member.__main__ import SERVICE
from member.adapters.tables import ACCOUNT, ATTEMPT_COUNTER
from member.domain.accounts import AccountState
from member.seed import seed
from plumbing.jobs import JobRunner
from tests.services.member.factories import PASSWORD
from tests.services.member.front import Api

BROKER = "courtier@lemaire.example"
FORM = ("--company", "Cabinet Nouveau", "--phone", "+33145670009")


def count(api: Api, table: object) -> int:
    with api.world.services.engine.connect() as connection:
        found: int = connection.execute(select(func.count()).select_from(table)).scalar_one()  # type: ignore[arg-type]
    return found


def close(api: Api, account_id: str) -> None:
    with api.world.services.engine.begin() as connection:
        statement = update(ACCOUNT).where(ACCOUNT.c.id == account_id)
        connection.execute(statement.values(state=AccountState.CLOSED))


def test_a_mutuelle_and_its_manager_are_registered(api: Api) -> None:
    run = api.world.run_command
    mutuelle = ("--tenant", "vallee", "--number", "105", "--name", "Mutuelle de la Vallée")
    assert run("register-mutuelle", *mutuelle) == 0
    assert run("register-mutuelle", *mutuelle) == 0  # said again, it is there
    person = ("--first-name", "Alix", "--last-name", "Roche", "--civility", "madame")
    assert run("register-manager", "--tenant", "vallee", "--email", "Alix@vallee.example", *person) == 0

    api.ask_link("alix@vallee.example", tenant="105")
    api.choose_password(api.world.last_link())

    answer = api.sign_in("alix@vallee.example", PASSWORD, tenant="105").json
    assert (answer["role"], answer["tenant"], answer["display_name"]) == ("manager", "vallee", "Alix Roche")


@pytest.mark.parametrize(
    ("command", "arguments", "said"),
    [
        ("habilitate-broker", ("--tenant", "nowhere", "--email", "a@b.example", *FORM), "no mutuelle has the code"),
        ("habilitate-broker", ("--tenant", "rives", "--email", BROKER.upper(), *FORM), "already has an account"),
        ("habilitate-broker", ("--tenant", "rives", "--email", "nonsense", *FORM), "no e-mail address"),
        (
            "register-manager",
            ("--tenant", "rives", "--email", BROKER, "--first-name", "A", "--last-name", "B"),
            "already has an account",
        ),
        (
            "register-manager",
            ("--tenant", "nowhere", "--email", "a@b.example", "--first-name", "A", "--last-name", "B"),
            "no mutuelle has the code",
        ),
        ("register-mutuelle", ("--tenant", "vallee", "--number", "12345", "--name", "V"), "three or four digits"),
    ],
)
def test_a_wrong_command_changes_nothing_and_says_why(
    api: Api, capsys: pytest.CaptureFixture[str], command: str, arguments: tuple[str, ...], said: str
) -> None:
    before = count(api, ACCOUNT)

    assert api.world.run_command(command, *arguments) == 1

    assert said in capsys.readouterr().err
    assert count(api, ACCOUNT) == before


def test_the_demonstration_is_filled_once(api: Api) -> None:
    before = count(api, ACCOUNT)
    api.ask_link(BROKER)
    api.choose_password(api.world.last_link())

    seed(api.world.services)

    assert count(api, ACCOUNT) == before
    assert api.sign_in(BROKER, PASSWORD).status_code == 200
    for identifier in ("courtier@fontaine.example", "gestion@rives.example", "gestion@plateau.example"):
        assert api.sign_in(identifier).status_code == 200


def test_without_the_demonstration_nobody_is_put_in(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    class Production:
        demonstration = False

    monkeypatch.setattr(api.world.services, "settings", Production())
    with api.world.statements() as statements:
        seed(api.world.services)

    assert statements == []


def test_a_closed_account_lets_nobody_in(api: Api) -> None:
    signed_in = api.sign_in(BROKER).json
    api.ask_link(BROKER)
    link = api.world.last_link()
    said = len(api.world.said())
    close(api, signed_in["id"])

    assert api.sign_in(BROKER).status_code == 401
    assert api.refresh(signed_in["refresh_token"]).status_code == 401
    assert api.choose_password(link).json["code"] == "account.closed"
    assert api.ask_link(BROKER).status_code == 202
    assert len(api.world.said()) == said


def test_every_night_what_is_over_goes(api: Api) -> None:
    api.sign_in("nobody@example.org", PASSWORD)
    api.world.clock.advance(timedelta(days=2))
    runner = JobRunner(SERVICE.jobs, api.world.services)
    runner.plant_clock_driven()

    assert runner.run_one()

    assert count(api, ATTEMPT_COUNTER) == 0
