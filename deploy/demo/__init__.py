"""The whole journey, driven over HTTP as clients would: `python -m deploy.demo`."""
