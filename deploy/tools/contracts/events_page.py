"""docs/events.md: who says what, and who hears it."""

from __future__ import annotations

from collections.abc import Sequence

from deploy.tools.contracts.declared import Published
from deploy.tools.contracts.partners import Said

_HEAD = """\
# Events

Written by `make contracts` from what the services declare; do not edit. The type is the routing key on the exchange
`parapluie.events`. Schemas and examples are in `services/<publisher>/contracts/events/`, the same as AsyncAPI in
`docs/asyncapi.json`. *Sealed for* names the services that receive a part of the event that only they can open.
An event whose audience is required and that nobody hears is an alarm; one marked *optional* may go unheard.
"""


_PARTNERS = """\
## partners

What a partner may say, on the exchange `parapluie.partners`. Those above whose *heard by* names partners may be granted
to them. How to plug in: `docs/partners.md`.

| event | says | heard by |
|---|---|---|"""


def events_page(events: list[Published], heard: dict[str, list[str]], said: Sequence[Said] = ()) -> str:
    """The page; `heard` maps each type to the services that have a consumer for it, `said` is what partners may."""
    lines = [_HEAD]
    for service in sorted({event.service for event in events}):
        lines += [f"## {service}", "", "| event | says | heard by | sealed for |", "|---|---|---|---|"]
        lines += [_row(event, heard.get(event.type, [])) for event in events if event.service == service]
        lines.append("")
    if said:
        lines.append(_PARTNERS)
        lines += [f"| `{each.address}` | {each.entry.summary} | {', '.join(each.services)} |" for each in said]
    return "\n".join(lines).rstrip() + "\n"


def _row(event: Published, consumers: list[str]) -> str:
    declaration = event.declaration
    listeners = ", ".join(sorted({*consumers, *declaration.heard_by})) or "nobody yet"
    if declaration.audience == "optional":
        listeners += " (*optional*)"
    summary = declaration.summary.replace("|", "\\|").replace("\n", " ")
    return f"| `{event.type}` | {summary} | {listeners} | {', '.join(sorted(declaration.sealed))} |"
