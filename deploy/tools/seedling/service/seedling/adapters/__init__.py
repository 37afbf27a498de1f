"""Talks outside: tables, repositories, unit of work, queries."""
