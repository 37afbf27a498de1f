"""What signature does: one verb a module, one transaction, one visible commit."""
