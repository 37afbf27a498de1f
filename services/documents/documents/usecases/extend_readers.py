"""Events of other services tell who else may now read."""

from __future__ import annotations

from collections.abc import Callable, Collection

from documents.usecases.ports import Work


class UnknownDocuments(Exception):
    """An event names documents that are not here, or not yet: it is tried again."""


def open_quote(*, quote_id: str, subscription_id: str, broker_id: str, uow: Callable[[], Work]) -> None:
    """A quote was issued: whoever is attached to its subscription reads the quote; its broker is attached (F-138)."""
    with uow() as work:
        work.readers.attach(f"quote:{quote_id}", f"subscription:{subscription_id}")
        work.readers.attach(f"subscription:{subscription_id}", f"broker:{broker_id}")
        work.commit()


def open_contract(
    *, contract_id: str, subscription_id: str, quote_id: str, broker_id: str, uow: Callable[[], Work]
) -> None:
    """A membership was created: its broker reads what the contract has, and goes on reading what came before."""
    with uow() as work:
        work.readers.attach(f"contract:{contract_id}", f"broker:{broker_id}")
        work.readers.attach(f"subscription:{subscription_id}", f"broker:{broker_id}")
        work.readers.attach(f"quote:{quote_id}", f"subscription:{subscription_id}")
        work.commit()


def welcome_member(*, subscription_id: str, contract_id: str, member_id: str, uow: Callable[[], Work]) -> None:
    """A contract exists: its member reads what his subscription, its quote and the contract have (F-139)."""
    with uow() as work:
        work.readers.attach(f"subscription:{subscription_id}", f"member:{member_id}")
        work.readers.attach(f"contract:{contract_id}", f"member:{member_id}")
        work.commit()


def open_sealed_documents(*, subject: str, document_ids: Collection[str], uow: Callable[[], Work]) -> None:
    """An envelope was sealed: whoever is attached to its subject reads the sealed files; UnknownDocuments."""
    with uow() as work:
        missing = set(document_ids) - work.documents.exist(document_ids)
        if missing:
            raise UnknownDocuments(", ".join(sorted(missing)))
        for document_id in document_ids:
            work.readers.let_read(document_id, [subject])
        work.commit()


def hand_out_evidence(*, document_id: str, manager_id: str, uow: Callable[[], Work]) -> None:
    """Two managers agreed to hand an evidence out: the one who asked reads it from now on; UnknownDocuments."""
    with uow() as work:
        if not work.documents.exist([document_id]):
            raise UnknownDocuments(document_id)
        work.readers.let_read(document_id, [f"manager:{manager_id}"])
        work.commit()
