"""Targets: where a release goes to be found by others. A folder, a bucket, a Zenodo deposit, a Hugging Face dataset.

What belongs here: sending a whole release so that the target's latest is whole at every moment, and sending nothing
twice. What does not: making releases (`release`) and checking them (`verify`).
"""
