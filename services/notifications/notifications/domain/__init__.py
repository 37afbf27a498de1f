"""What a message is, when it may still leave, and what is blanked out of it afterwards."""
