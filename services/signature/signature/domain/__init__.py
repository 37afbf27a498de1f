"""What a ceremony allows and refuses, in plain Python."""
