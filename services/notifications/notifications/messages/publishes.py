"""The events that notifications publishes: none. What it does is told by its delivery log."""

from __future__ import annotations

from plumbing.events import EventRegistry

EVENTS = EventRegistry("notifications")
