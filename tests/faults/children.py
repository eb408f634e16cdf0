"""Commands of ours in processes that can be killed, each started within milliseconds.

What belongs here: starting, killing and hearing them. What does not: what is done to them (`points`) and what is
expected afterwards (`scenarios`).

Loading Dagster and Great Expectations takes ten times as long as a small build. This process loads them once and every
command is a fork of it: a process of its own that runs `kakehashi.cli.main` and can be killed like any other.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

Disturbance = Callable[[], None]
"""What a child does to itself before it begins."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended.

    Attributes:
        code: Its exit code; minus the number of the signal that killed it.
        seconds: How long it ran.
    """

    code: int
    out: str
    err: str
    seconds: float

    @property
    def killed(self) -> bool:
        """Whether it was killed, so that nobody can expect a word of it."""
        return self.code == -signal.SIGKILL

    @property
    def silent(self) -> bool:
        """Whether it failed by itself without a sentence for a person."""
        failed = self.code not in (0, -signal.SIGKILL)
        return failed and ("Traceback" in self.err or not any(word in self.err for word in ("kakehashi: ", "expected")))


class Child:
    """A command under way."""

    def __init__(self, words: Sequence[str | Path], home: Path, before: Disturbance | None) -> None:
        self._out = tempfile.TemporaryFile("w+")  # noqa: SIM115  # both are closed by `wait`
        self._err = tempfile.TemporaryFile("w+")  # noqa: SIM115
        self._began = time.monotonic()
        sys.stdout.flush()
        self.pid = os.fork()
        if self.pid == 0:
            _be_a_command([str(word) for word in words], home, before, self._out.fileno(), self._err.fileno())

    def wait(self) -> Ended:
        """Wait for its end."""
        _, status = os.waitpid(self.pid, 0)
        seconds = time.monotonic() - self._began
        texts = []
        for file in (self._out, self._err):
            file.seek(0)
            texts.append(file.read())
            file.close()
        return Ended(os.waitstatus_to_exitcode(status), texts[0], texts[1], seconds)

    def kill_after(self, seconds: float) -> Ended:
        """Kill it in the midst of its work, unless it is done by then."""
        time.sleep(seconds)
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        return self.wait()


def _be_a_command(words: list[str], home: Path, before: Disturbance | None, out: int, err: int) -> None:
    code = 1
    try:
        os.dup2(out, 1)
        os.dup2(err, 2)
        import assets.execution
        from kakehashi.cli import main

        assets.execution.HOME = home
        if before is not None:
            before()
        code = main(words)
    except SystemExit as ending:
        code = int(ending.code or 0)
    except BaseException:
        traceback.print_exc()
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


class Commands:
    """Starts our commands.

    Args:
        home: Folder for their history of runs.
    """

    def __init__(self, home: Path) -> None:
        self.home = home

    def start(self, *words: str | Path, before: Disturbance | None = None) -> Child:
        """Start one.

        Args:
            words: What stands after `kakehashi`.
            before: Done in the child first.
        """
        return Child(words, self.home, before)

    def run(self, *words: str | Path, before: Disturbance | None = None) -> Ended:
        """Run one to its end."""
        return self.start(*words, before=before).wait()


_LOADED = (
    "assets.execution",
    "kakehashi.commands",
    "kakehashi.deciding",
    "kakehashi.publishing",
    "pipelines.publish.checks",
    "pipelines.publish.release",
    "pipelines.publish.suite",
    "pipelines.publish.targets.named",
    "pipelines.publish.targets.shipment",
    "pipelines.publish.verify",
)


def load_everything(raw: Path) -> None:
    """Load what commands load, and the words that the reading of documents is made of; every child then has them."""
    for name in _LOADED:
        importlib.import_module(name)
    import pipelines.build
    from pipelines.build import Inputs, ingest
    from pipelines.extract.lexicon import build_lexicon
    from pipelines.ingest.coded import claims_of
    from pipelines.publish.expectations import load
    from pipelines.resolve.known import known_projects, reference_rows

    load()
    read = ingest(Inputs(raw))
    claims = [claim for file in read.tables for claim in claims_of(file, read.sources).claims]
    ready = build_lexicon(reference_rows(read), known_projects(claims))
    # Half of a small build is the making of this, the same each time.
    pipelines.build.build_lexicon = lambda *_: ready
