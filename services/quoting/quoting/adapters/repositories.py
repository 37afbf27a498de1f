"""The domain's objects in the database, inside one unit of work. Nothing commits here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import bindparam, delete, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from plumbing.cipher import FieldCipher
from plumbing.database import insert_for, insert_of
from plumbing.errors import NotFound
from plumbing.ids import new_id
from quoting.adapters.numbers import number_and_add
from quoting.adapters.tables import (
    BROKER,
    CLIENT_FILE,
    EARLY_PIECE,
    MEMBERSHIP_FILE,
    PRODUCT_PAPER,
    QUOTE,
    SUBSCRIPTION,
)
from quoting.domain.membership_file import MembershipFile
from quoting.domain.people import Broker, ClientFile, Identity, search_name
from quoting.domain.product_papers import ProductPaper
from quoting.domain.quote import Quote, QuoteStatus
from quoting.domain.subscription import Subscription

T = TypeVar("T")


def _found(thing: T | None, kind: str, identifier: str) -> T:
    if thing is None:
        raise NotFound(kind, identifier)
    return thing


class SqlQuotes:
    """Quotes; the session sees its own tenant's only."""

    def __init__(self, session: Session, tenant: str) -> None:
        self._session = session
        self._tenant = tenant
        self._unnumbered: list[tuple[Quote, str]] = []

    def add(self, quote: Quote) -> None:
        self._session.add(quote)

    def add_unnumbered(self, quote: Quote, prefix: str) -> None:
        self._unnumbered.append((quote, prefix))

    def number(self) -> None:
        """Write the quotes that wait for their number, in one round trip each; nothing else should follow in here."""
        connection = self._session.connection()
        for quote, prefix in self._unnumbered:
            row = {column.key: getattr(quote, column.key) for column in QUOTE.c} | {"tenant": self._tenant}
            number_and_add(connection, quote, prefix, row)
        self._unnumbered.clear()

    def get(self, quote_id: str) -> Quote:
        statement = select(Quote).where(QUOTE.c.id == quote_id)
        return _found(self._session.execute(statement).scalar_one_or_none(), "quote", quote_id)

    def of_subscription(self, subscription_id: str) -> Quote:
        statement = select(Quote).where(QUOTE.c.subscription_id == subscription_id)
        return _found(self._session.execute(statement).scalar_one_or_none(), "subscription", subscription_id)

    def hold(self, subscription_id: str) -> None:
        # Submitting writes this row: whoever comes second waits here for the other's commit.
        statement = select(Quote).where(QUOTE.c.subscription_id == subscription_id).with_for_update()
        _found(self._session.execute(statement).scalar_one_or_none(), "subscription", subscription_id)

    def lock(self, quote_id: str) -> Quote:
        statement = (
            select(Quote).where(QUOTE.c.id == quote_id).with_for_update().execution_options(populate_existing=True)
        )
        return _found(self._session.execute(statement).scalar_one_or_none(), "quote", quote_id)

    def latest(self, number: str) -> Quote:
        statement = select(Quote).where(QUOTE.c.number == number).order_by(QUOTE.c.version.desc()).limit(1)
        return _found(self._session.execute(statement).scalar_one_or_none(), "quote", number)

    def overdue(self, today: date, limit: int) -> Sequence[Quote]:
        statement = (
            select(Quote)
            .where(QUOTE.c.status == QuoteStatus.VALIDATED, QUOTE.c.expires_on < today)
            .order_by(QUOTE.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        return self._session.execute(statement).scalars().all()


class SqlSubscriptions:
    """Subscriptions that were submitted."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, subscription: Subscription) -> None:
        self._session.add(subscription)

    def get(self, subscription_id: str) -> Subscription:
        return _found(self._session.get(Subscription, subscription_id), "subscription", subscription_id)


class SqlFiles:
    """Membership files. Whoever takes one up keeps it until his commit: the other acts on what he left of it."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, file: MembershipFile) -> None:
        # The file's key points at a subscription that is only being written: nothing orders the two but this.
        self._session.flush()
        self._session.add(file)

    def get(self, file_id: str) -> MembershipFile:
        statement = select(MembershipFile).where(MEMBERSHIP_FILE.c.id == file_id).with_for_update()
        return _found(self._session.execute(statement).scalar_one_or_none(), "file", file_id)

    def of_subscription(self, subscription_id: str) -> MembershipFile | None:
        mine = MEMBERSHIP_FILE.c.subscription_id == subscription_id
        statement = select(MembershipFile).where(mine).with_for_update()
        return self._session.execute(statement).scalar_one_or_none()


class SqlEarlyPieces:
    """Pieces that wait for their submission."""

    def __init__(self, session: Session, tenant: str, now: datetime) -> None:
        self._session = session
        self._tenant = tenant
        self._now = now

    def keep(self, subscription_id: str, document_id: str, kind: str) -> None:
        insert = insert_for(self._session.connection())
        row = {
            "tenant": self._tenant,
            "subscription_id": subscription_id,
            "document_id": document_id,
            "kind": kind,
            "received_at": self._now,
        }
        self._session.execute(insert(EARLY_PIECE).values(**row).on_conflict_do_nothing())

    def take(self, subscription_id: str) -> Sequence[tuple[str, str]]:
        # The accepted quote is written first, and with it locked: a piece that comes from now on will find the file.
        self._session.flush()
        mine = (EARLY_PIECE.c.tenant == self._tenant, EARLY_PIECE.c.subscription_id == subscription_id)
        statement = (
            select(EARLY_PIECE.c.document_id, EARLY_PIECE.c.kind)
            .where(*mine)
            .order_by(EARLY_PIECE.c.received_at, EARLY_PIECE.c.document_id)
        )
        pieces = [(row.document_id, row.kind) for row in self._session.execute(statement)]
        self._session.execute(delete(EARLY_PIECE).where(*mine))
        return pieces


class SqlClientFiles:
    """Client files, found again by a keyed fingerprint of who the client is."""

    def __init__(self, session: Session, tenant: str, now: datetime) -> None:
        self._session = session
        self._tenant = tenant
        self._now = now

    def find_or_add(self, broker_id: str, identity: Identity) -> str:
        known = {"tenant": self._tenant, "broker_id": broker_id, "identity_index": self._index(identity)}
        found = self._session.execute(_FILE_OF_PERSON, known).scalar_one_or_none()
        if found is not None:
            return str(found)
        row = {**known, "id": new_id(), "created_at": self._now, **_described(identity)}
        # Two quotes for the same new client at once: the second waits here, then finds the first one's file.
        insert = insert_for(self._session.connection())
        self._session.execute(insert(CLIENT_FILE).values(**row).on_conflict_do_nothing())
        return str(self._session.execute(_FILE_OF_PERSON, known).scalar_one())

    def stands_for_one_quote(self, client_id: str, number: str) -> bool:
        self._session.execute(select(CLIENT_FILE.c.id).where(CLIENT_FILE.c.id == client_id).with_for_update())
        others = select(QUOTE.c.id).where(QUOTE.c.client_id == client_id, QUOTE.c.number != number)
        submitted = select(SUBSCRIPTION.c.id).where(SUBSCRIPTION.c.person_id == client_id)
        found = select(or_(others.exists(), submitted.exists()))
        return not self._session.execute(found).scalar_one()

    def correct(self, client_id: str, identity: Identity) -> str:
        file = self._session.execute(select(ClientFile).where(CLIENT_FILE.c.id == client_id)).scalar_one()
        index = self._index(identity)
        twins = select(ClientFile).where(
            CLIENT_FILE.c.broker_id == file.broker_id, CLIENT_FILE.c.identity_index == index
        )
        twin = self._session.execute(twins).scalar_one_or_none()
        if twin is not None and twin is not file:
            return twin.id
        row = {"identity_index": index, **_described(identity)}
        try:
            with self._session.begin_nested():
                self._session.execute(update(CLIENT_FILE).where(CLIENT_FILE.c.id == client_id).values(**row))
        except IntegrityError:
            # Another file became this person's at the same moment.
            return self._session.execute(twins).scalar_one().id
        self._session.refresh(file)
        return file.id

    def _index(self, identity: Identity) -> str:
        cipher = getattr(self._session.get_bind().dialect, "field_cipher", None)
        if not isinstance(cipher, FieldCipher):
            raise TypeError("quoting's engine needs its field cipher")
        facts = (
            search_name(identity.last_name),
            search_name(identity.first_name),
            identity.birth_date.isoformat(),
            identity.email.casefold(),
        )
        return cipher.blind_index("\n".join(facts))


# Of many quotes at once for one client none waits for another, but a correction of the file waits for all of them; and
# who waited for a correction finds the file no more, because it bears another identity.
_FILE_OF_PERSON = (
    select(CLIENT_FILE.c.id)
    .where(
        CLIENT_FILE.c.tenant == bindparam("tenant"),
        CLIENT_FILE.c.broker_id == bindparam("broker_id"),
        CLIENT_FILE.c.identity_index == bindparam("identity_index"),
    )
    .with_for_update(read=True, key_share=True)
)


def _described(identity: Identity) -> dict[str, Any]:
    return {
        "civility": identity.civility.value,
        "last_name": identity.last_name,
        "first_name": identity.first_name,
        "search_name": search_name(f"{identity.last_name} {identity.first_name}"),
        "birth_date": identity.birth_date,
        "email": identity.email,
    }


class SqlProductPapers:
    """Which product documents are stored at documents."""

    def __init__(self, session: Session, tenant: str, now: datetime) -> None:
        self._session = session
        self._tenant = tenant
        self._now = now

    def keep(self, papers: Sequence[ProductPaper]) -> tuple[ProductPaper, ...]:
        if not papers:
            return ()
        insert = insert_for(self._session.connection())
        rows = [
            {
                "tenant": self._tenant,
                "product": paper.product,
                "formula": paper.formula or "",
                "kind": paper.kind,
                "content_version": paper.content_version,
                "document_id": paper.document_id,
                "title": paper.title,
                "sha256": paper.sha256,
                "stored_at": self._now,
            }
            for paper in papers
        ]
        self._session.execute(insert(PRODUCT_PAPER).on_conflict_do_nothing(), rows)
        # Read again: another job may have recorded its own document of the same content meanwhile.
        return tuple(self._recorded(paper) for paper in papers)

    def _recorded(self, paper: ProductPaper) -> ProductPaper:
        statement = select(PRODUCT_PAPER).where(
            PRODUCT_PAPER.c.tenant == self._tenant,
            PRODUCT_PAPER.c.product == paper.product,
            PRODUCT_PAPER.c.formula == (paper.formula or ""),
            PRODUCT_PAPER.c.kind == paper.kind,
            PRODUCT_PAPER.c.content_version == paper.content_version,
        )
        return product_paper_from(self._session.execute(statement).one())


class SqlBrokers:
    """What member said of the brokers when it was last asked."""

    def __init__(self, session: Session, tenant: str, now: datetime) -> None:
        self._session = session
        self._tenant = tenant
        self._now = now

    def get(self, broker_id: str) -> Broker | None:
        row = self._session.execute(_KNOWN_BROKER, {"tenant": self._tenant, "id": broker_id}).one_or_none()
        return broker_from(row) if row is not None else None

    def put(self, broker: Broker) -> None:
        # Written again it would be locked, and his next quote would wait for this one's commit.
        if self.get(broker.id) == broker:
            return
        row = {
            "tenant": self._tenant,
            "id": broker.id,
            "company": broker.company,
            "display_name": broker.display_name,
            "email": broker.email,
            "phone": broker.phone,
            "orias": broker.orias,
            "read_at": self._now,
        }
        self._session.execute(_put_broker(self._session.connection().dialect.name), row)


_KNOWN_BROKER = select(BROKER).where(BROKER.c.tenant == bindparam("tenant"), BROKER.c.id == bindparam("id"))


@cache
def _put_broker(dialect_name: str) -> Any:
    statement = insert_of(dialect_name)(BROKER)
    identity = ["tenant", "id"]
    said = {column.name: column for column in statement.excluded if column.name not in identity}
    return statement.on_conflict_do_update(index_elements=identity, set_=said)


def product_paper_from(row: Any) -> ProductPaper:
    """Return the product document of a row of the table."""
    return ProductPaper(
        product=row.product,
        formula=row.formula or None,
        kind=row.kind,
        content_version=row.content_version,
        document_id=row.document_id,
        title=row.title,
        sha256=row.sha256,
    )


def broker_from(row: object) -> Broker:
    """Return the broker of a row of the table."""
    facts = row._mapping  # type: ignore[attr-defined]
    return Broker(
        id=facts["id"],
        company=facts["company"],
        display_name=facts["display_name"],
        email=facts["email"],
        phone=facts["phone"],
        orias=facts["orias"],
    )
