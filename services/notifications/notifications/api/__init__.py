"""Notifications' HTTP API: the delivery log."""
