"""What must hold after any fault: `latest` is whole, no decision is lost, whoever failed has said why.

What belongs here: looking and counting. What does not: doing harm (`scenarios`).
"""

from __future__ import annotations

import csv
import hashlib
import io
import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.children import Commands, Ended

DECISION = re.compile(r"^  decision_id +(\S+)$", re.MULTILINE)
"""The line in which `kakehashi decide` tells what it has written down."""


@dataclass(slots=True)
class Tally:
    """What was counted in one kind of fault.

    Attributes:
        runs: Commands that were started.
        struck: Of these, those that were killed or failed.
        broken_latest, lost_decisions, silent: What must stay 0.
        remarks: One sentence a thing that must not be.
    """

    name: str
    runs: int = 0
    killed: int = 0
    failed: int = 0
    broken_latest: int = 0
    lost_decisions: int = 0
    silent: int = 0
    remarks: list[str] = field(default_factory=list)

    def heard(self, ended: Ended, may_fail: bool = True) -> Ended:
        """Count how a command ended."""
        self.runs += 1
        self.killed += ended.killed
        self.failed += ended.code != 0 and not ended.killed
        if ended.silent or (ended.code != 0 and not ended.killed and not may_fail):
            self.silent += 1
            self.remarks.append(f"{self.name}: exit {ended.code} with: {ended.err.strip()[-1200:] or 'not a word'}")
        return ended

    @property
    def bad(self) -> int:
        """How much must not be."""
        return self.broken_latest + self.lost_decisions + self.silent + len(self.remarks)

    def line(self) -> str:
        """The counts as one line of a table."""
        counts = (self.runs, self.killed, self.failed, self.broken_latest, self.lost_decisions, self.silent)
        return f"{self.name:<44}" + "".join(f"{count:>10,}" for count in counts)


HEADER = f"{'fault':<44}" + "".join(f"{w:>10}" for w in ("runs", "killed", "failed", "broken", "lost", "silent"))


def hashes_hold(release: Path) -> bool:
    """Whether every file has the hash that SHA256SUMS gives and none is missing or added."""
    try:
        lines = (release / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
        told = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
        found = {path.relative_to(release).as_posix(): path for path in release.rglob("*") if path.is_file()}
        found.pop("SHA256SUMS")
        return told == {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in found.items()}
    except (OSError, KeyError):
        return False


class Keeper:
    """Looks after an output folder, or a folder that releases are published to.

    Args:
        commands: By which `verify` is run.
        output: The folder; it holds a release.
    """

    def __init__(self, commands: Commands, output: Path) -> None:
        self._commands, self._output = commands, output
        self._verified: set[str] = set()
        self._at = ""

    def look(self, tally: Tally, when: str) -> None:
        """Count `latest` as broken unless it is whole, verifies, and is no older than before."""
        link = self._output / "latest"
        at = os.readlink(link) if link.is_symlink() else "nothing"
        release = link.resolve()
        if not hashes_hold(release):
            problem = "does not have the hashes of its SHA256SUMS"
        elif at not in self._verified and self._commands.run("verify", release).code != 0:
            problem = "does not verify"
        elif _order(at) < _order(self._at):
            problem = f"went back from {self._at}"
        else:
            self._verified.add(at)
            self._at = at
            return
        tally.broken_latest += 1
        tally.remarks.append(f"{when}: latest ({at}) {problem}")

    def look_at_all(self, tally: Tally) -> None:
        """Count every release in place that is not whole."""
        for release in sorted((self._output / "releases").iterdir()):
            if not hashes_hold(release):
                tally.broken_latest += 1
                tally.remarks.append(f"release {release.name} is not whole")


def _order(target: str) -> list[int]:
    return [int(part) for part in target.rpartition("/")[2].split(".") if part.isdigit()]


class Minutes:
    """The decisions that a reviewer was told are written down.

    Args:
        raw: Raw folder.
    """

    def __init__(self, raw: Path) -> None:
        self._path = raw / "decisions" / "corrections.csv"
        self._told: list[str] = []
        self._before = b""

    def heard(self, ended: Ended) -> None:
        """Note what `decide` has said."""
        self._told += DECISION.findall(ended.out)

    def look(self, tally: Tally, when: str) -> None:
        """Count decisions that are not in the file, and rows that stood there and do not any more."""
        content = self._path.read_bytes() if self._path.exists() else b""
        rows = list(csv.DictReader(io.StringIO(content.decode(), newline="")))
        there = {row["decision_id"] for row in rows}
        lost = [name for name in self._told if name not in there]
        torn = [row for row in rows if None in row.values() or None in row]
        if lost or torn or not content.startswith(self._before):
            tally.lost_decisions += max(len(lost) + len(torn), 1)
            tally.remarks.append(f"{when}: decisions lost: {lost or torn or 'what stood in the file has changed'}")
        self._before = content

    def __len__(self) -> int:
        return len(self._told)
