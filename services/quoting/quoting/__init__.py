"""quoting: products, tariffs, quotes, the online subscription and its file until « Adhésion créée »."""
