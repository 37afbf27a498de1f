"""Pipes, never water: what every service needs and no insurance in it. See shared/README.md."""
