"""Identity and access for everybody, and the member's contract."""
