"""What happens to data: ingest, extract, resolve, reconcile, dependence, publish.

What belongs here: pure functions from claims to tables. What does not: Dagster (`assets/`) and the shape of tables
(`schemas/`).
"""
