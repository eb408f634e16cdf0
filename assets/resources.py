"""What a run is told and what its steps share: the folders of a build, the suite.

What belongs here: Dagster resources. What does not: reading or writing any folder.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dagster as dg
from pydantic import Field, PrivateAttr

from assets.shapes import Built, Frame, Inputs, Memory
from pipelines.errors import KakehashiError
from pipelines.fingerprint import ROOT
from pipelines.publish.suite_process import SHARED, Results

if TYPE_CHECKING:
    from pipelines.publish.table_checks import Examined

RAW_VARIABLE, OUTPUT_VARIABLE = "KAKEHASHI_RAW", "KAKEHASHI_OUTPUT"
"""Environment variables that name the folders of runs which the UI starts; unset: the project's own."""

CACHE_VARIABLE = "KAKEHASHI_CACHE"
"""Environment variable that names the folder in which runs remember what they have read; unset: `.cache/` of the
project; empty: nothing is remembered."""

DRY_RUN_JOB = "dry_run"
"""The job that publishes nothing, with whatever settings it is launched: only the UI's own form fills in a job's."""


class Build(dg.ConfigurableResource[None]):
    """Where a build reads and writes, and the date it is told. Relative folders are relative to where it is started."""

    raw: str | None = Field(None, description="Raw folder; the project's raw/ if not given.")
    reference: str | None = Field(
        None, description="Folder that serves as reference/; the raw folder's own, or else the project's."
    )
    output: str | None = Field(None, description="Folder of the releases; the project's output/ if not given.")
    as_of: str | None = Field(None, description="The release's date, YYYY-MM-DD; the newest date in raw if not given.")
    strict: bool = Field(False, description="Input that had to be set aside counts as a failed check.")
    include_restricted: bool = Field(
        False, description="Keep figures whose licence does not let them be passed on; the release is for own use."
    )
    dry_run: bool = Field(
        False, description="Write what the next release would be into dry-run/ of the output folder; publish nothing."
    )

    def raw_folder(self) -> Path:
        """The raw folder that is read."""
        return Path(self.raw or ROOT / "raw")

    def output_folder(self) -> Path:
        """The folder that holds `releases/` and `latest`."""
        return Path(self.output or ROOT / "output")

    def is_dry(self, job_name: str) -> bool:
        """Whether a run of this job publishes nothing."""
        return self.dry_run or job_name == DRY_RUN_JOB

    def inputs(self) -> Inputs:
        """What the functions of `pipelines.build` are given.

        Raises:
            KakehashiError: `as_of` is no date.
        """
        from pipelines import build

        try:
            as_of = dt.date.fromisoformat(self.as_of) if self.as_of else None
        except ValueError as error:
            remedy = "Correct it in the settings of the run, or leave it out."
            raise KakehashiError("the setting as_of", str(self.as_of), "a date, YYYY-MM-DD", remedy) from error
        return build.Inputs(
            self.raw_folder(), Path(self.reference) if self.reference else None, as_of, self.include_restricted
        )

    def memory(self) -> Memory:
        """What earlier builds have read of the raw folder. The release is the same without it."""
        from pipelines.memory import DEFAULT_FOLDER, Memory

        named = os.environ.get(CACHE_VARIABLE)
        folder = DEFAULT_FOLDER if named is None else Path(named) if named else None
        return Memory(folder, self.raw_folder(), avoid=[self.output_folder()])


def build_from_environment(environment: Mapping[str, str] = os.environ) -> Build:
    """Return the folders that runs started from the UI use."""
    return Build(
        raw=environment.get(RAW_VARIABLE),
        reference=None,
        output=environment.get(OUTPUT_VARIABLE),
        as_of=None,
        strict=False,
        include_restricted=False,
        dry_run=False,
    )


class Judge(dg.ConfigurableResource[None]):
    """What judges the tables of a run: the gate, run once for all rooms, and the suite over the release as a whole.

    The suite is made ready in the background from the first moment of a run.
    """

    _examined: Any = PrivateAttr(default=None)
    _asked: Any = PrivateAttr(default=None)

    def setup_for_execution(self, context: dg.InitResourceContext) -> None:
        """Begin to make it ready."""
        self._examined = self._asked = None
        SHARED.start()

    def teardown_after_execution(self, context: dg.InitResourceContext) -> None:
        """Leave nothing running, whatever became of the run."""
        self._examined = self._asked = None
        SHARED.stop()

    def examine(self, built: Built) -> Examined:
        """Run every check of tables; the steps of one run share what was found."""
        if self._examined is None or self._examined.tables.frames is not built.tables:
            from pipelines.publish.findings import Tables
            from pipelines.publish.table_checks import examine

            self._examined = examine(Tables(built.tables, built.own_use), built.waivers, built.released_on)
            if self._examined.passes:
                # The suite runs beside the steps between this one and the one that waits for it.
                self._asked = built.tables, SHARED.ask(built.tables)
        found: Examined = self._examined
        return found

    def ask(self, tables: Mapping[str, Frame]) -> Callable[[], Results]:
        """Begin to judge the tables, unless that has begun; what is returned waits for the results."""
        if self._asked is not None and self._asked[0] is tables:
            answer: Callable[[], Results] = self._asked[1]
            return answer
        return SHARED.ask(tables)
