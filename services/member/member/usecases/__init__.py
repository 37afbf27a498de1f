"""What member does: one verb a module, one visible commit."""
