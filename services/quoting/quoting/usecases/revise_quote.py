"""Modify a quote (« Acte de gestion » → « Modifier »): its next version, priced as of today, takes its place."""

from __future__ import annotations

from plumbing.errors import NotFound
from quoting.domain.people import Broker, Identity
from quoting.domain.quote import SUBMITTED, NotTheLatestVersion, Quote, QuoteStatus
from quoting.usecases.create_quote import Choice, check_client, chosen_price, draw_up
from quoting.usecases.ports import Offer, Towns, Uow, Work
from quoting.usecases.price_household import Wishes, propose
from quoting.usecases.tell_quote_end import tell_replaced


def revise_quote(
    *,
    uow: Uow,
    offer: Offer,
    towns: Towns,
    broker: Broker,
    quote_id: str,
    wishes: Wishes,
    choice: Choice,
    client: Identity,
) -> Quote:
    """Store version n+1 of a quote and have its PDF made; version n is replaced in the same commit, its link with it.

    Whoever else acts on version n at the same moment (another modification, the client's submission) waits for this
    one's end, or makes it fail. Raises NotFound("quote"), NotTheLatestVersion, QuoteNotRevisable and what
    `create_quote` raises.
    """
    check_client(client, broker=broker, wishes=wishes, towns=towns)
    with uow() as work:
        previous = work.quotes.lock(quote_id)
        if previous.broker_id != broker.id:
            raise NotFound("quote", quote_id)
        latest = work.quotes.latest(previous.number)
        if latest is not previous:
            raise NotTheLatestVersion(previous.number, latest.version)
        previous.give_way(signature_ended=_signature_ended(work, previous))
        proposal = propose(tenant=work.tenant, wishes=wishes, offer=offer, towns=towns, today=work.today)
        quote = draw_up(
            work,
            proposal,
            wishes=wishes,
            choice=choice,
            price=chosen_price(proposal, choice),
            client=client,
            number=previous.number,
            version=previous.version + 1,
            broker_id=broker.id,
            client_id=_client_file(work, previous, client),
        )
        work.quotes.add(quote)
        if previous.status is QuoteStatus.REPLACED:
            tell_replaced(work, previous, by=quote)
        work.brokers.put(broker)
        work.remember(quote.id)
        work.commit()
    return quote


def _signature_ended(work: Work, quote: Quote) -> bool:
    return quote.status in SUBMITTED and work.subscriptions.get(quote.subscription_id).signature.came_to_nothing


def _client_file(work: Work, previous: Quote, client: Identity) -> str:
    # The file's id is the person's at member: it is corrected while it stands for this quote alone and nothing was
    # submitted from it; otherwise somebody else would inherit a client's contracts.
    if work.clients.stands_for_one_quote(previous.client_id, previous.number):
        return work.clients.correct(previous.client_id, client)
    return work.clients.find_or_add(previous.broker_id, client)
