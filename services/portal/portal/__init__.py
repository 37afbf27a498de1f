"""The web pages for brokers, clients, members and managers: a client of the gateway, with no database of its own."""

VERSION = "1.0.0"
