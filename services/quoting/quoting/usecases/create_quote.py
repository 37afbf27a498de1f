"""Store a quote for a client: numbered, priced for good, « Proposé » until its PDF exists."""

from __future__ import annotations

from dataclasses import dataclass

from plumbing.ids import new_id
from quoting.domain.catalogue import OptionNotOffered
from quoting.domain.numbering import UNNUMBERED
from quoting.domain.people import Broker, Identity, same_mailbox
from quoting.domain.quote import Advice, BrokersOwnEmail, ChoiceUnexplained, Price, Quote
from quoting.domain.rating import MONTHS, FormulaPrice
from quoting.domain.submission import FRANCE
from quoting.usecases.ports import Offer, Towns, Uow, Work
from quoting.usecases.price_household import Proposal, Wishes, find_town, propose


class BirthDatesDiffer(Exception):
    """The client's birth date is not the one that the price was made for."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What the broker and the client settled on."""

    formula: str
    with_option: bool
    reason: str | None


def create_quote(
    *, uow: Uow, offer: Offer, towns: Towns, broker: Broker, wishes: Wishes, choice: Choice, client: Identity
) -> Quote:
    """Store version 1 of a new quote and have its PDF made.

    Raises what `propose` raises, and BrokersOwnEmail, BirthDatesDiffer, UnknownFormula, OptionNotOffered,
    ChoiceUnexplained.
    """
    check_client(client, broker=broker, wishes=wishes, towns=towns)
    with uow() as work:
        proposal = propose(tenant=work.tenant, wishes=wishes, offer=offer, towns=towns, today=work.today)
        price = chosen_price(proposal, choice)
        quote = draw_up(
            work,
            proposal,
            wishes=wishes,
            choice=choice,
            price=price,
            client=client,
            number=UNNUMBERED,
            version=1,
            broker_id=broker.id,
            client_id=work.clients.find_or_add(broker.id, client),
        )
        work.brokers.put(broker)
        work.quotes.add_unnumbered(quote, proposal.product.prefix)
        work.remember(quote.id)
        work.commit()
    return quote


def check_client(client: Identity, *, broker: Broker, wishes: Wishes, towns: Towns) -> None:
    """Raise BrokersOwnEmail, BirthDatesDiffer or TownUnknown unless the client can be who the price was made for."""
    if same_mailbox(client.email, broker.email):
        raise BrokersOwnEmail
    if client.birth_date != wishes.birth_date:
        raise BirthDatesDiffer
    if client.country == FRANCE:
        find_town(towns, client.postcode, client.town, field="client.town")


def draw_up(
    work: Work,
    proposal: Proposal,
    *,
    wishes: Wishes,
    choice: Choice,
    price: Price,
    client: Identity,
    number: str,
    version: int,
    broker_id: str,
    client_id: str,
) -> Quote:
    """Return a version of a quote at the price just found, whose PDF is made once it is added; ChoiceUnexplained."""
    product = proposal.product
    quote = Quote(
        id=new_id(),
        tenant=work.tenant,
        number=number,
        version=version,
        broker_id=broker_id,
        client_id=client_id,
        subscription_id=new_id(),
        product_code=product.code,
        product_name=product.name,
        formula=choice.formula,
        formula_label=product.formula(choice.formula).label,
        with_option=choice.with_option,
        effective_date=wishes.effective_date,
        monthly=price.monthly,
        needs=wishes.needs,
        profile=proposal.profile,
        client=client,
        price=price,
        advice=advice_given(proposal, choice),
        created_at=work.now,
        created_on=work.today,
    )
    work.schedule("render_quote", {"quote_id": quote.id}, key=f"render_quote:{quote.id}")
    return quote


def chosen_price(proposal: Proposal, choice: Choice) -> Price:
    """Return the price of the formula chosen, with its option if it was taken."""
    proposal.product.formula(choice.formula)
    chosen: FormulaPrice = next(price for price in proposal.prices if price.code == choice.formula)
    if not choice.with_option:
        return Price(chosen.monthly, chosen.annual, proposal.tariff_version, None, chosen.lines)
    if chosen.option is None:
        raise OptionNotOffered(chosen.label)
    monthly = chosen.monthly + chosen.option.monthly
    return Price(
        monthly=monthly,
        annual=monthly * MONTHS,
        tariff_version=proposal.tariff_version,
        option_monthly=chosen.option.monthly,
        lines=(*chosen.lines, *chosen.option.lines),
    )


def advice_given(proposal: Proposal, choice: Choice) -> Advice:
    """Return the advice to keep with the quote; ChoiceUnexplained when it was set aside without a reason."""
    recommendation = proposal.recommendation
    if choice.formula != recommendation.formula and not choice.reason:
        raise ChoiceUnexplained
    return Advice(recommendation.formula, recommendation.reasons, choice.reason)
