"""The events that signature says and hears."""
