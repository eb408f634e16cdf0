"""The suite in a process of its own, which loads Great Expectations while the tables are still being made.

What belongs here: starting, asking and stopping that process. What does not: the suite (`suite`) and how it is run
(`expectations`).

The process reads pickled views from its standard input and writes the results as JSON. It ends when its input ends, so
none is left behind by a build that is killed. Importing this module is cheap.
"""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

_ROOT = Path(__file__).resolve().parents[2]


class SuiteProcess:
    """The suite, made ready in the background.

    Where Great Expectations is loaded already, or the process cannot do its work, the suite is run in this process: the
    results are the same.
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Begin to load, and return at once."""
        if "great_expectations" in sys.modules or self._process is not None:
            return
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "pipelines.publish.suite_process"],
                cwd=_ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        except OSError:
            self._process = None

    def results(self, tables: Mapping[str, pd.DataFrame]) -> list[dict[str, Any]]:
        """Judge a release as a whole; see `expectations.expectation_results`."""
        from pipelines.publish.expectations import expectation_results, judge, views

        process, self._process = self._process, None
        if process is None:
            return expectation_results(tables)
        frames = views(tables)
        try:
            answer, _ = process.communicate(pickle.dumps(frames))
            found: list[dict[str, Any]] = json.loads(answer)
        except (OSError, ValueError):
            return judge(frames)
        finally:
            _end(process)
        return found

    def stop(self) -> None:
        """End the process if it was not asked."""
        process, self._process = self._process, None
        if process is not None:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None and not pipe.closed:
            pipe.close()


SHARED = SuiteProcess()
"""The one of this process: whoever knows first that a build begins starts it."""


def main() -> None:
    """Load, wait for the views, answer."""
    from pipelines.publish.expectations import judge, load

    load()
    asked = sys.stdin.buffer.read()
    if asked:
        # What comes in was pickled by the process that started this one.
        frames = pickle.loads(asked)  # noqa: S301
        sys.stdout.write(json.dumps(judge(frames)))


if __name__ == "__main__":
    main()
