"""What member says on the bus and what it hears there."""
