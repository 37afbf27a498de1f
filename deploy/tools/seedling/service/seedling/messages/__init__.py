"""Speaks events: what is published, what is heard."""
