"""What happens to data: ingest, extract, resolve, reconcile, dependence, publish. Pure functions; never imports dagster."""
