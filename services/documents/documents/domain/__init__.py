"""What a document is, who may see it and which incoming files are refused."""
