"""Stores, checks, tables: whatever talks to the outside."""
