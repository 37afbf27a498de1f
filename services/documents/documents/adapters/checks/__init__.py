"""Judges files by their structure.

`inspection.inspect` is a plain function over bytes. It runs in a child process (`python -m documents.adapters.checks`,
see `__main__`), started and fed by `pool.CheckerPool`, so that a file made to exhaust or crash a parser harms nothing
else.
"""
