"""What signature answers over HTTP."""
