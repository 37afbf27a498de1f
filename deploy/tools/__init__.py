"""What the Makefile calls: the environment, the contracts, the features, new services."""
