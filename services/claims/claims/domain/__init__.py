"""What a claim is, who is covered, and how much of an act the mutuelle pays."""
