"""Writes messages from the templates of `notifications/templates/<kind>/`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from notifications.domain.message import Channel, Content
from notifications.domain.people import Adviser, Insurer, spoken_phone
from notifications.domain.typography import NBSP, long_date, with_french_spaces
from notifications.usecases.ports import UnknownTenant
from plumbing.clock import PARIS
from plumbing.money import format_euros


class TemplateWriter:
    """The `Writer` of the house: Jinja, strict about missing facts, escaping whatever goes into HTML."""

    def __init__(self, insurers: Mapping[str, Insurer], public_url: str) -> None:
        self._insurers = insurers
        self._environment = Environment(
            loader=PackageLoader("notifications", "templates"),
            autoescape=select_autoescape(["html"]),
            undefined=StrictUndefined,
        )
        self._environment.globals["public_url"] = public_url.rstrip("/")
        self._environment.filters.update(
            euros=format_euros,
            plain_euros=_plain_euros,
            day=long_date,
            short_day=_short_day,
            moment=_moment,
            phone=spoken_phone,
        )

    def insurer(self, tenant: str) -> Insurer:
        try:
            return self._insurers[tenant]
        except KeyError:
            raise UnknownTenant(tenant) from None

    def write(
        self,
        kind: str,
        channel: Channel,
        *,
        tenant: str,
        greeting: str,
        adviser: Adviser | None,
        facts: Mapping[str, object],
    ) -> Content:
        """Return the content of a message of `kind`; without an adviser the tenant's own service signs."""
        insurer = self.insurer(tenant)
        context = {
            **facts,
            "insurer": insurer,
            "greeting": greeting,
            "adviser": adviser or Adviser(insurer.adviser, insurer.phone),
            "distributor": adviser.name if adviser else insurer.distributor,
        }
        if channel is Channel.SMS:
            # No typography: a non-breaking space or a curly apostrophe would halve the length of an SMS.
            return Content(text=self._render(f"{kind}/sms.txt", context).strip())
        # One line: a line break in a name must not end the header.
        subject = with_french_spaces(" ".join(self._render(f"{kind}/subject.txt", context).split()))
        context["subject"] = subject
        return Content(
            text=with_french_spaces(self._render(f"{kind}/body.txt", context)),
            subject=subject,
            html=with_french_spaces(self._render(f"{kind}/body.html", context)),
        )

    def _render(self, name: str, context: Mapping[str, object]) -> str:
        return self._environment.get_template(name).render(context)


def _plain_euros(amount: Decimal) -> str:
    return format_euros(amount).replace("\u202f", " ").replace(NBSP, " ")


def _short_day(day: date) -> str:
    return day.strftime("%d/%m/%Y")


def _moment(instant: datetime) -> str:
    local = instant.astimezone(PARIS)
    return f"{long_date(local.date())} à {local.hour}{NBSP}h{NBSP}{local.minute:02d}"
