"""The types that steps hand over, for the type checker alone.

What belongs here: names of types. What does not: anything that runs. Dagster resolves the annotations of every step
when it loads, and importing the pipeline's modules for that would make each of its processes start slower.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__all__ = ["Built", "Frame", "Inputs", "Memory", "Raw", "Reconciled", "Release", "Resolved", "Stated"]

if TYPE_CHECKING:
    from pandas import DataFrame as Frame

    from pipelines.build import Built, Inputs, Resolved, Stated
    from pipelines.ingest.raw import Raw
    from pipelines.memory import Memory
    from pipelines.publish.release import Release
    from pipelines.reconcile.reconcile import Reconciled
else:
    Built = Frame = Inputs = Memory = Raw = Reconciled = Release = Resolved = Stated = Any
