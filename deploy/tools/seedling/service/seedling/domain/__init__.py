"""What a note is and what may be written in it."""
