"""Speaks events."""
