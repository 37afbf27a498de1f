"""Member's outside: its database, the slow hash, the keys."""
