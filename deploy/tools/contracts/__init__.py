"""Contracts by file: written from what the services declare, and committed so that a diff shows a change."""
