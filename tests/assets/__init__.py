"""Tests of the Dagster layer: the graph, the checks that block, what starts a build, the history, the UI."""
