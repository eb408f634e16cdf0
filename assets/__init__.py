"""The build as Dagster sees it: which function of `pipelines` makes which asset, what is checked, and when it runs.

What belongs here: assets, checks, sensors, schedules, resources, and how a run is started and shown. What does not: any
transformation of data (`pipelines`) and what a table is (`schemas`). Nothing heavy is imported at the top of a module:
Dagster loads these modules in every process that it starts.
"""
