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
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

_ROOT = Path(__file__).resolve().parents[2]


Results = list[dict[str, Any]]


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

    def ask(self, tables: Mapping[str, pd.DataFrame]) -> Callable[[], Results]:
        """Hand over a release to be judged, and return at once.

        Args:
            tables: See `expectations.expectation_results`.

        Returns:
            What waits for the results and returns them.
        """
        from pipelines.publish.expectations import judge, views

        process, self._process = self._process, None
        frames = views(tables)
        if process is None:
            return lambda: judge(frames)
        talk = _Talk(process, pickle.dumps(frames))
        talk.start()
        return lambda: _understood(talk.answer()) or judge(frames)

    def stop(self) -> None:
        """End the process if it was not asked."""
        process, self._process = self._process, None
        if process is not None:
            _end(process)


class _Talk(threading.Thread):
    """Sends a question and takes in the answer beside whatever else is done."""

    def __init__(self, process: subprocess.Popen[bytes], question: bytes) -> None:
        super().__init__(daemon=True)
        self._process, self._question, self._answer = process, question, b""

    def run(self) -> None:
        """Talk; a process that died gives no answer."""
        try:
            self._answer, _ = self._process.communicate(self._question)
        except (OSError, ValueError):
            self._answer = b""
        finally:
            _end(self._process)

    def answer(self) -> bytes:
        """Wait for the answer."""
        self.join()
        return self._answer


def _understood(answer: bytes) -> Results:
    try:
        found: Results = json.loads(answer)
    except ValueError:
        return []
    return found


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
