"""Speaks HTTP: resources, schemas, and which refusal gets which answer."""
