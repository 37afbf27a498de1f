"""What quoting talks to: its database, the catalogue's files, the typesetter, banks, and the other services."""
