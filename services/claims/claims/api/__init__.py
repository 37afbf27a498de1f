"""Claims' HTTP API."""
