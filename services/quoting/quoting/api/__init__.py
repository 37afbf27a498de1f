"""Quoting over HTTP: requests in, answers out, refusals as one table."""
