"""Money: `Decimal` with two places in code, whole cents in the databases, French text for people."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
_NARROW_NO_BREAK_SPACE = "\u202f"
_NO_BREAK_SPACE = "\u00a0"


def round_cents(amount: Decimal) -> Decimal:
    """Round to the cent, half a cent away from zero, as French invoices do."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def cents(amount: Decimal) -> int:
    """Return the whole cents of an amount in euros; ValueError when it is not exact to the cent."""
    exact = amount * 100
    whole = int(exact)
    if exact != whole:
        raise ValueError(f"{amount} is not exact to the cent")
    return whole


def euros(whole_cents: int) -> Decimal:
    """Return the amount in euros, with two places, of a number of cents."""
    return Decimal(whole_cents).scaleb(-2)


def format_decimal(amount: Decimal) -> str:
    """Return an amount as French readers write it: `1 382,76` with narrow no-break spaces between thousands."""
    sign = "-" if amount < 0 else ""
    whole, _, fraction = f"{abs(round_cents(amount)):.2f}".partition(".")
    grouped = f"{int(whole):,}".replace(",", _NARROW_NO_BREAK_SPACE)
    return f"{sign}{grouped},{fraction}"


def format_euros(amount: Decimal) -> str:
    """Return an amount in euros for a French reader: `1 382,76 €`."""
    return f"{format_decimal(amount)}{_NO_BREAK_SPACE}€"
