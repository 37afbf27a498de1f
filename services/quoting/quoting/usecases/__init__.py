"""What quoting does: one verb a module, one transaction, one visible commit."""
