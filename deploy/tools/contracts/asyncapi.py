"""docs/asyncapi.json: the bus as an AsyncAPI 3.0 document with AMQP bindings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from deploy.tools.contracts.declared import Published
from deploy.tools.contracts.events import event_schema, golden
from deploy.tools.contracts.partners import EXCHANGE as PARTNERS_EXCHANGE
from deploy.tools.contracts.partners import HEARERS, NAME, Said, for_partners, partner_golden, partner_schema
from plumbing.senders import PARTNER

EXCHANGE = "parapluie.events"
CONTENT_TYPE = "application/cloudevents+json"
_BINDING_VERSION = "0.3.0"
_SENT = {
    "bindings": {"amqp": {"deliveryMode": 2, "mandatory": True, "timestamp": True, "bindingVersion": _BINDING_VERSION}}
}
_SIGNED = {
    "bindings": {
        "amqp": {
            "deliveryMode": 2,
            "mandatory": True,
            "userId": "partner.{partner}",
            "bindingVersion": _BINDING_VERSION,
        }
    }
}
_RECEIVED = {"bindings": {"amqp": {"ack": True, "bindingVersion": _BINDING_VERSION}}}

Document = dict[str, Any]


_PARAMETER = {PARTNER: {"description": f"The partner's name, as the operator gave it: {NAME}"}}


def asyncapi(events: list[Published], heard: dict[str, list[str]], version: str, said: Sequence[Said] = ()) -> Document:
    """The document; `heard` maps each type to the services that have a consumer for it, `said` is what partners may."""
    services = sorted({event.service for event in events} | {name for names in heard.values() for name in names})
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Parapluie events",
            "version": version,
            "description": (
                "CloudEvents 1.0, structured JSON, on one topic exchange; the type is the routing key. Partners hear"
                " what they were granted in a queue of their own and speak on an exchange apart: docs/partners.md."
            ),
        },
        "defaultContentType": CONTENT_TYPE,
        "servers": {
            "bus": {
                "host": "rabbitmq:5672",
                "protocol": "amqp",
                "description": "RabbitMQ, inside the deployment's network.",
            }
        },
        "channels": {
            **{event.type: _channel(event.type, event.declaration.summary, EXCHANGE) for event in events},
            **{_inbox(name): _queue(_inbox(name), f"What {name} hears") for name in services},
            **(_partner_channels(said)),
        },
        "operations": {**dict(_operations(events, heard)), **dict(_partner_operations(said))},
        "components": {
            "messages": {
                **{event.type: _message(event) for event in events},
                **{each.key: _partner_message(each) for each in said},
            }
        },
    }


def _channel(key: str, summary: str, exchange: str) -> Document:
    return {
        "address": key,
        "title": summary,
        "messages": {"event": {"$ref": f"#/components/messages/{key}"}},
        "servers": [{"$ref": "#/servers/bus"}],
        "bindings": {
            "amqp": {
                "is": "routingKey",
                "exchange": {"name": exchange, "type": "topic", "durable": True, "autoDelete": False, "vhost": "/"},
                "bindingVersion": _BINDING_VERSION,
            }
        },
    }


def _queue(name: str, title: str) -> Document:
    return {
        "address": name,
        "title": title,
        "servers": [{"$ref": "#/servers/bus"}],
        "bindings": {
            "amqp": {
                "is": "queue",
                "queue": {
                    "name": name,
                    "durable": True,
                    "exclusive": False,
                    "autoDelete": False,
                    "vhost": "/",
                },
                "bindingVersion": _BINDING_VERSION,
            }
        },
    }


def _inbox(service: str) -> str:
    return f"{service}.inbox"


def _operations(events: list[Published], heard: dict[str, list[str]]) -> Iterator[tuple[str, Document]]:
    for event in events:
        channel = {"$ref": f"#/channels/{event.type}"}
        messages = [{"$ref": f"#/channels/{event.type}/messages/event"}]
        yield (
            f"{event.service}.says.{event.type}",
            {"action": "send", "channel": channel, "messages": messages, **_SENT},
        )
        hearers = [*heard.get(event.type, []), *([HEARERS] if for_partners(event) else [])]
        for hearer in sorted(hearers):
            operation = {"action": "receive", "channel": channel, "messages": messages, **_RECEIVED}
            yield f"{hearer}.hears.{event.type}", operation


def _partner_channels(said: Sequence[Said]) -> Document:
    if not said:
        return {}
    inbox = f"{PARTNER}.{{{PARTNER}}}.inbox"
    channels = {"partners.inbox": _queue(inbox, "What one partner hears: the types granted to him")}
    for each in said:
        channels[each.key] = _channel(each.key, each.entry.summary, PARTNERS_EXCHANGE) | {"address": each.address}
    return {key: {**channel, "parameters": _PARAMETER} for key, channel in channels.items()}


def _partner_operations(said: Sequence[Said]) -> Iterator[tuple[str, Document]]:
    for each in said:
        channel = {"$ref": f"#/channels/{each.key}"}
        messages = [{"$ref": f"#/channels/{each.key}/messages/event"}]
        yield f"{HEARERS}.say.{each.fact}", {"action": "send", "channel": channel, "messages": messages, **_SIGNED}
        for service in each.services:
            operation = {"action": "receive", "channel": channel, "messages": messages, **_RECEIVED}
            yield f"{service}.hears.{each.key}", operation


def _partner_message(each: Said) -> Document:
    schema = {key: value for key, value in partner_schema(each).items() if key != "$schema"}
    return {
        "name": each.address,
        "title": each.entry.summary,
        "summary": f"Said by a partner, for {', '.join(each.services)}. user_id must be the partner's own account.",
        "contentType": CONTENT_TYPE,
        "payload": schema,
        "examples": [{"name": "golden", "payload": partner_golden(each)}],
        "bindings": {"amqp": {"contentEncoding": "utf-8", "bindingVersion": _BINDING_VERSION}},
    }


def _message(event: Published) -> Document:
    declaration = event.declaration
    schema = {key: value for key, value in event_schema(event).items() if key != "$schema"}
    return {
        "name": event.type,
        "title": declaration.summary,
        "summary": f"Audience {declaration.audience}, for {', '.join(sorted(declaration.heard_by)) or 'nobody yet'}.",
        "contentType": CONTENT_TYPE,
        "correlationId": {"location": "$message.payload#/correlationid"},
        "payload": schema,
        "examples": [{"name": "golden", "payload": golden(event)}],
        "bindings": {
            "amqp": {"contentEncoding": "utf-8", "messageType": event.type, "bindingVersion": _BINDING_VERSION}
        },
    }
