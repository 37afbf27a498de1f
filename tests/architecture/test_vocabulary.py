"""One thing has one word, in English where code and docs speak, and nobody else's name is in the product."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.support.sources import ROOT, product_files, short, text_files, tree

FRENCH_WORDS = frozenset({"adherent", "avenant", "cotisation", "courtier", "decompte", "devis", "dossier", "garantie"})
FRENCH_WORDS |= {"gestionnaire", "mandat", "prestation", "sinistre", "souscription"}
EMPTY_NAMES = frozenset({"manager", "helper", "helpers", "util", "utils", "processor"})
"""As the last word of a class or module: it says nothing. A manager as a role is a word of the glossary."""

# Spelled backwards, so that this very file does not say them.
OTHER_HOUSES = tuple(name[::-1] for name in ("sitams", "tams", "xafos", "ippna", "ngisrevinu", "tumilos", "uvilos"))
REGISTRY_HOSTS = tuple(host[::-1] for host in ("gro.ipyp", "detsohnohtyp.selif", "gro.smjpn"))


def discarded_words() -> list[str]:
    """The first column of the glossary's last table."""
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    table = text.partition("## Words not used")[2]
    cells = [line.split("|")[1] for line in table.splitlines() if line.startswith("|")][2:]
    words = [word.strip() for cell in cells for word in cell.split(",")]
    assert len(words) > 5
    return words


def test_the_discarded_words_are_not_used() -> None:
    pattern = re.compile(r"\b(" + "|".join(map(re.escape, discarded_words())) + r")s?\b", re.IGNORECASE)
    found = [
        f"{short(path)}:{number} {match.group()}"
        for path, text in text_files("services", "shared", "deploy", "docs", "README.md")
        if path.suffix in {".py", ".md"} and path.name != "glossary.md"
        for number, line in enumerate(text.splitlines(), 1)
        for match in pattern.finditer(line)
    ]
    assert found == []


def test_names_in_the_code_are_english() -> None:
    found = sorted(
        {f"{short(path)}: {name}" for path in product_files() for name in names(path) if FRENCH_WORDS & words(name)}
    )
    assert found == []


def test_no_class_is_named_after_nothing() -> None:
    found = [
        f"{short(path)}: {node.name}"
        for path in product_files()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ClassDef) and len(words(node.name)) > 1 and last_word(node.name) in EMPTY_NAMES
    ]
    assert found == []


def test_no_other_house_is_named() -> None:
    pattern = re.compile(r"\b(" + "|".join(OTHER_HOUSES) + r")\b", re.IGNORECASE)
    assert list(mentions(pattern)) == []


def test_no_package_registry_is_named() -> None:
    pattern = re.compile("|".join(map(re.escape, REGISTRY_HOSTS)), re.IGNORECASE)
    assert list(mentions(pattern)) == []


def mentions(pattern: re.Pattern[str]) -> Iterator[str]:
    everywhere = (
        "services",
        "shared",
        "deploy",
        "docs",
        "tests",
        "README.md",
        "CHANGELOG.md",
        "Makefile",
        "pyproject.toml",
    )
    for path, text in text_files(*everywhere):
        for match in pattern.finditer(text):
            yield f"{short(path)}: {match.group()}"


def names(path: Path) -> Iterator[str]:
    """What the author of a file has named: modules, classes, functions, arguments, variables and fields."""
    yield path.stem
    for node in ast.walk(tree(path)):
        match node:
            case (
                ast.ClassDef(name=name)
                | ast.FunctionDef(name=name)
                | ast.AsyncFunctionDef(name=name)
                | ast.arg(arg=name)
            ):
                yield name
            case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                yield name


def words(name: str) -> set[str]:
    """The parts of a name, with and without a plural's end."""
    parts = split(name)
    return {*parts, *(part.removesuffix("s") for part in parts)}


def last_word(name: str) -> str:
    return split(name)[-1]


def split(name: str) -> list[str]:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().strip("_").split("_")


def test_names_are_split_where_a_reader_would() -> None:
    assert split("BrokerHelper") == ["broker", "helper"]
    assert split("_quote_number") == ["quote", "number"]
