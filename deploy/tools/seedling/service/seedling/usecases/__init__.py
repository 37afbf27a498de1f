"""One verb a module, one transaction, one visible commit."""
