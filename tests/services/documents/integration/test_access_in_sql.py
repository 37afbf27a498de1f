"""The rule of reading is written twice, in Python for one document and in SQL for lists: both must say the same."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from random import Random

from documents.adapters import queries
from documents.adapters.checks.pool import CheckerPool
from documents.adapters.tables import DOCUMENT
from documents.domain.access import Person
from documents.domain.document import Document, Scan
from plumbing.ids import new_id
from tests.services.documents.world import World, copied

SUBJECTS = [f"{kind}:{number}" for kind, number in product(("subscription", "quote", "contract", "claim"), "12")]
SUBJECTS.append("product:p")
READERS = [f"{role}:{who}" for role, who in product(("broker", "member", "service"), "12*")]
GROUPS = ["subscription:1", "subscription:2"]
PEOPLE = [
    *(Person(role, who) for role, who in product(("broker", "member", "service", "employer"), "12")),
    *(Person("guest", f"g{number}", number) for number in "12"),
    Person("guest", "g3"),
    Person("manager", "1"),
]


def test_one_document_and_the_list_agree(tmp_path: Path, template: Path, checker: CheckerPool) -> None:
    chance = Random(20261123)
    world = World(copied(tmp_path / "world", template), checker)
    engine = world.services.engine
    try:
        for tenant in ("rives", "plateau"):
            with world.services.units.for_tenant(tenant)() as work:
                for subject in SUBJECTS:
                    for _ in range(4):
                        owner = chance.choice([reader for reader in READERS if "*" not in reader])
                        document = _document(tenant, subject, owner)
                        work.documents.add(document)
                        work.readers.let_read(document.id, chance.sample(READERS + GROUPS, chance.randint(0, 2)))
                for _ in range(6):
                    work.readers.attach(chance.choice(SUBJECTS), chance.choice(READERS + GROUPS))
                work.commit()
        everything = {row["id"]: row for row in world.rows(DOCUMENT)}
        seen = 0
        for tenant, person in product(("rives", "plateau"), PEOPLE):
            one_by_one = {
                document_id
                for document_id, row in everything.items()
                if queries.find(engine, tenant=tenant, person=person, document_id=document_id)
            }
            listed = {
                view.id
                for subject in SUBJECTS
                for view in queries.listed(engine, tenant=tenant, person=person, subject=subject, after=None, limit=99)
            }
            unfiltered = queries.listed(engine, tenant=tenant, person=person, subject=None, after=None, limit=999)
            papers = {document_id for document_id in listed if everything[document_id]["subject"] == "product:p"}
            assert listed == one_by_one
            assert {view.id for view in unfiltered} == listed - papers
            assert all(everything[document_id]["tenant"] == tenant for document_id in listed)
            seen += len(listed - papers)
        assert seen > 100
    finally:
        engine.dispose()


def _document(tenant: str, subject: str, owner: str) -> Document:
    now = datetime(2026, 11, 23, tzinfo=UTC)
    return Document(
        id=new_id(), tenant=tenant, kind="bia", subject=subject, owner=owner, title="BIA", media_type="application/pdf",
        size=1, sha256_received="0" * 64, sha256_stored="0" * 64, pages=1, scan=Scan.NOT_SCANNED, created_at=now,
        created_by=owner,
    )  # fmt: skip
