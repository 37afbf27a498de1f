"""What quoting decides: prices, quotes, subscriptions and files. Plain Python; dates and instants are handed in."""
