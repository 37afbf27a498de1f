"""One module per front door: what brokers, clients, members and managers see, and what is open to all."""
