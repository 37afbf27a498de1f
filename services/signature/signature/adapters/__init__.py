"""What talks to the outside: tables, the sealing key, the documents service."""
