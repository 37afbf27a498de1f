"""`python -m quoting rerate` as an operator starts it: what it says, what it leaves, how it ends."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

from tests.services.quoting.conftest import Api
from tests.support.sources import HOUSE

HEADING = "reference,product,birth_date,spouse_birth_date,children,department,regime\n"
GOOD = "C1,horizon-tns,1986-05-14,,0,16,general\n"
PATIENCE_SECONDS = 120


def rerate(
    api: Api, folder: Path, content: str, *more: str, stderr: int = subprocess.PIPE
) -> subprocess.CompletedProcess[str]:
    source = folder / "portfolio.csv"
    source.write_text(content, encoding="utf-8")
    paths = os.pathsep.join(map(str, [HOUSE.root, *HOUSE.import_paths()]))
    return subprocess.run(
        [sys.executable, "-m", "quoting", "rerate", "--from", str(source), "--effective", "2027-01-01", *more],
        env={**os.environ, **api.world.environment, "PYTHONPATH": paths},
        stdout=subprocess.PIPE,
        stderr=stderr,
        encoding="utf-8",
        timeout=PATIENCE_SECONDS,
        check=False,
    )


def test_prices_go_to_the_standard_output_and_nothing_else_does(api: Api, tmp_path: Path) -> None:
    done = rerate(api, tmp_path, HEADING + GOOD)
    assert done.returncode == 0
    heading, first, *others = done.stdout.splitlines()
    assert heading == "reference;product;tariff_version;formula;monthly;annual;option_monthly"
    assert first.startswith("C1;horizon-tns;2027.1;100;51.74;620.88;")
    assert len(others) == 5
    assert done.stderr == "Foyers tarifés au 01/01/2027\u00a0: 1.\n", "no bar without a terminal"


def test_a_refused_row_is_said_with_its_line_and_ends_with_1(api: Api, tmp_path: Path) -> None:
    done = rerate(api, tmp_path, HEADING + "C0,horizon-tns,hier,,0,16,general\n" + GOOD, "--to", str(tmp_path / "out"))
    assert done.returncode == 1
    assert "ligne 2\u00a0: birth_date\u00a0: «\u00a0hier\u00a0» n’est pas une date" in done.stderr
    assert "Foyers tarifés au 01/01/2027\u00a0: 1, lignes refusées\u00a0: 1." in done.stderr
    assert len((tmp_path / "out").read_text().splitlines()) == 7


def test_what_is_no_portfolio_ends_with_65(api: Api, tmp_path: Path) -> None:
    done = rerate(api, tmp_path, "nom;prénom\nx;y\n")
    assert done.returncode == 65
    assert "il manque des colonnes\u00a0: reference, product" in done.stderr
    assert done.stdout == ""


def test_a_terminal_is_shown_how_far_it_has_come(api: Api, tmp_path: Path) -> None:
    terminal, end = pty.openpty()
    with os.fdopen(terminal, "rb") as screen:
        done = rerate(api, tmp_path, HEADING + GOOD * 25_000, "--to", str(tmp_path / "out.csv"), stderr=end)
        os.close(end)
        shown = screen.read1(4096).decode()
    assert done.returncode == 0
    shares = [int(share) for share in re.findall(r"\r[█·]{30} +([0-9]+)\u00a0%", shown)]
    assert shares == sorted(shares)
    assert (len(shares) > 2, shares[-1]) == (True, 100)
