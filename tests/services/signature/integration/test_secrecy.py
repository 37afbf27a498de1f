"""What must not be found where it could be read: codes, telephone numbers, names."""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from sqlalchemy import MetaData, text

from plumbing.http.payload import canonical
from plumbing.telemetry import tracing
from tests.services.signature.world import Guest, World


def everything_in_tables(world: World) -> dict[str, str]:
    """Return each table's whole content as text."""
    tables = MetaData()
    engine = world.services.engine
    with engine.connect().execution_options(read_only=True) as connection:
        tables.reflect(connection)
        return {
            name: "\n".join(str(tuple(row)) for row in connection.execute(text(f"SELECT * FROM {name}")))
            for name in tables.tables
        }


@pytest.fixture
def collected() -> Iterator[InMemorySpanExporter]:
    """Every span of the test, as it would be exported."""
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracing.record_with(provider.get_tracer("test"))
    yield exporter
    tracing.record_with(None)


def test_no_code_is_in_clear_in_any_table_log_line_or_trace(
    api: Guest,
    world: World,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    collected: InMemorySpanExporter,
) -> None:
    caplog.set_level(logging.DEBUG)
    api.accept_all()
    codes = []
    for pause in (0, 30, 60):
        world.wait(seconds=pause)
        api.ask_code()
        codes.append(world.sent_code())
    api.sign("000000" if "000000" not in codes else "000001")
    assert api.sign(codes[-1]).status_code == 200
    world.run_jobs()
    assert api.ceremony()["state"] == "sealed"
    written = capfd.readouterr()
    folder = Path(str(world.services.engine.url.database)).parent
    raw = b"".join(path.read_bytes() for path in folder.glob("signature.sqlite*"))
    assert raw
    spans = "\n".join(span.to_json() for span in collected.get_finished_spans())
    assert "/signature" in spans
    for code in codes:
        alone = re.compile(rf"(?<![0-9a-zA-Z+/]){code}(?![0-9a-zA-Z+/=])")
        for name, content in everything_in_tables(world).items():
            assert not alone.search(content), f"code in table {name}"
        assert not alone.search(raw.decode("latin-1"))
        for log in (written.out, written.err, caplog.text, spans):
            assert not alone.search(log)


def test_the_print_of_a_request_gives_no_code_away(api: Guest, world: World) -> None:
    api.accept_all()
    api.ask_code()
    body = {"code": world.sent_code(), "terms": True, "privacy": True}
    assert api.post("signature", body).status_code == 200
    parts = [canonical({"ceremony_id": api.ceremony_id()}), b"", canonical(body)]
    plain = hashlib.sha256(b"\0".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()
    kept = everything_in_tables(world)["idempotency_key"]
    assert "/signature" in kept
    assert plain not in kept


def test_the_signer_s_details_rest_encrypted(api: Guest, world: World, tmp_path: Path) -> None:
    api.accept_all()
    api.ask_code()
    api.post("refusal", {"reason": "Mes mots à moi"})
    tables = everything_in_tables(world)
    assert tables["signer"]
    raw = b"".join(path.read_bytes() for path in tmp_path.glob("signature.sqlite*"))
    for secret in ("+33612345678", "612345678", "julie.moreau", "Moreau", "courtier@lemaire", "Mes mots", "192.0.2"):
        assert all(secret not in content for content in tables.values()), secret
        assert secret.encode() not in raw
    for secret in ("127.0.0.1",):
        assert secret not in tables["journal"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal SET happening = 'ceremony.signed'",
        "UPDATE journal SET facts = '{}' WHERE position = 1",
        "DELETE FROM journal",
    ],
)
def test_the_journal_cannot_be_changed(api: Guest, world: World, statement: str) -> None:
    from sqlalchemy.exc import IntegrityError

    assert api.view(api.ceremony()["next_document_id"], 1).status_code == 200
    with pytest.raises(IntegrityError, match="append-only"), world.services.engine.begin() as connection:
        connection.execute(text(statement))
