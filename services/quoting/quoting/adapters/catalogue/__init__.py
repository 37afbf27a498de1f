"""The published catalogue: what is sold and at what price, as dated files with their checksums."""
