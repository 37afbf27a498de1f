"""Member's HTTP API."""
