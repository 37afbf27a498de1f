"""The papers that quoting makes: what they say, and how they are set."""
