"""The events that this service hears: none yet."""

from __future__ import annotations

from plumbing.consumer import Subscriptions

SUBSCRIPTIONS = Subscriptions("seedling")
