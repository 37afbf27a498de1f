"""Plugs other insurers into the bus, and an example of one."""
