"""Speaks HTTP: files in, lists and bytes out."""
