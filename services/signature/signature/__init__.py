"""Signing ceremonies: consents, SMS codes, sealed PDFs and the evidence that links the three."""
