"""The neighbours that quoting calls: member for brokers and guests' tokens, documents to keep papers."""
