"""Faults: builds and publications that are killed, starved of space, disturbed and run against each other.

`python -m tests.faults` (or `make faults`) runs them all and prints what it counted; `--share 0.1` a tenth of it.
"""
