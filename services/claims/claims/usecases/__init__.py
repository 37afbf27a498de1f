"""One thing done, one transaction, one visible commit."""
