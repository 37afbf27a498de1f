"""Which bindings a message matches: RabbitMQ's rules for topic, headers, direct and fanout exchanges."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any


@lru_cache(maxsize=4096)
def topic_matches(pattern: str, routing_key: str) -> bool:
    """Whether `routing_key` matches `pattern`: `*` stands for exactly one word, `#` for zero or more.

    The empty key has no word at all; an empty word between two dots is a word.
    """
    words = _words(routing_key)
    # reachable[i]: what was read of the pattern so far can stand for the first i words.
    reachable = [True] + [False] * len(words)
    for part in _words(pattern):
        if part == "#":
            for index in range(1, len(reachable)):
                reachable[index] = reachable[index] or reachable[index - 1]
        else:
            for index in range(len(words), 0, -1):
                reachable[index] = reachable[index - 1] and part in ("*", words[index - 1])
            reachable[0] = False
    return reachable[-1]


def headers_match(wanted: Mapping[str, Any], headers: Mapping[str, Any]) -> bool:
    """Whether a message's headers satisfy a binding's arguments (`x-match` all, the default, or any)."""
    hits = [headers.get(name) == value for name, value in wanted.items() if not name.startswith("x-")]
    return any(hits) if wanted.get("x-match") == "any" else all(hits)


def binding_matches(
    exchange_type: str, binding_key: str, arguments: Mapping[str, Any], routing_key: str, headers: Mapping[str, Any]
) -> bool:
    """Whether a binding of an exchange of that type takes the message."""
    match exchange_type:
        case "topic":
            return topic_matches(binding_key, routing_key)
        case "headers":
            return headers_match(arguments, headers)
        case "fanout":
            return True
        case _:
            return binding_key == routing_key


def _words(key: str) -> list[str]:
    return key.split(".") if key else []
