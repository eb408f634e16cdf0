"""Faults on the way to a target, and while old releases are removed.

What belongs here: publications and removals that are killed or starved. What does not: builds (`scenarios`), and cut
connections, which the tests of each target cover.
"""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

from tests.faults.children import Disturbance
from tests.faults.keeping import Tally, hashes_hold
from tests.faults.points import at_change, counting, die, small_disk
from tests.faults.scenarios import Bench, spread


class Public:
    """A target folder that has an older release, made anew for each fault, and the newest release to send there."""

    def __init__(self, bench: Bench) -> None:
        self.bench, self.pristine = bench, bench.place / "pristine"
        self.folder = bench.place / "public"
        releases = sorted(
            (bench.output / "releases").iterdir(), key=lambda path: [int(p) for p in path.name.split(".")]
        )
        self.old, self.new = releases[0].name, (bench.output / "latest").resolve().name
        done = bench.commands.run(*self.words(self.pristine), "--version", self.old)
        if done.code != 0:
            raise RuntimeError(f"the undisturbed publication failed: {done.err}")
        self.renew()
        counted = bench.place / "counted-public"
        self.publish(counting(self.folder, counted), Tally("none"))
        self.changes = counted.stat().st_size

    def words(self, folder: Path) -> tuple[str | Path, ...]:
        return ("publish", "--to", folder, "--output", self.bench.output)

    def renew(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(self.pristine, self.folder, symlinks=True)

    def publish(self, before: Disturbance | None, tally: Tally, may_fail: bool = True) -> str:
        ended = tally.heard(self.bench.commands.run(*self.words(self.folder), before=before), may_fail=may_fail)
        return ended.err

    def look(self, tally: Tally, when: str, at: tuple[str, ...]) -> None:
        """Count `latest` as broken unless it is one of the versions named, with the very bytes of the output."""
        latest = self.folder / "latest"
        version = latest.resolve().name
        ours = self.bench.output / "releases" / version / "SHA256SUMS"
        same = hashes_hold(latest) and (latest / "SHA256SUMS").read_bytes() == ours.read_bytes()
        if version not in at or not same:
            tally.broken_latest += 1
            tally.remarks.append(f"{when}: latest there is {version}, whole: {same}")

    def goes_on(self, tally: Tally, when: str) -> None:
        """The next publication ends with the newest release, and leaves nothing hidden behind but its lock."""
        self.publish(None, tally, may_fail=False)
        self.look(tally, f"after {when}", (self.new,))
        left = [path.name for path in self.folder.iterdir() if path.name.startswith(".") and path.name != ".lock"]
        if left:
            tally.remarks.append(f"{when}: left behind {left}")


def publications_killed(bench: Bench, count: int) -> Tally:
    """Kill publications before each of what they do to the target."""
    tally = Tally("publication killed, spread over its writing")
    public = Public(bench)
    for number in spread(count, 1, public.changes):
        public.renew()
        public.publish(at_change(public.folder, number, die), tally)
        public.look(tally, f"killed before change {number} of {public.changes}", (public.old, public.new))
        public.goes_on(tally, f"the kill before change {number}")
    return tally


def publications_without_space(bench: Bench, count: int) -> Tally:
    """Let the target run out of space."""
    tally = Tally("publication to a full disk")
    public = Public(bench)
    for left in spread(count, 0, bench.bytes - 1):
        public.renew()
        said = public.publish(small_disk(public.folder, left), tally)
        if os.strerror(errno.ENOSPC) not in said:
            tally.silent += 1
            tally.remarks.append(f"{left} bytes left: said {said.strip()[-600:]!r}")
        public.look(tally, f"{left} bytes left", (public.old,))
        public.goes_on(tally, f"{left} bytes left")
    return tally


def removals_killed(bench: Bench, count: int) -> Tally:
    """Kill `prune` before each of what it does: what is still listed is whole."""
    tally = Tally("prune killed, spread over its work")
    copy = bench.place / "pruned"
    for number in spread(count, 1, 200):
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(bench.output, copy, symlinks=True)
        words = ("prune", "--keep", "1", "--output", copy)
        tally.heard(bench.commands.run(*words, before=at_change(copy, number, die)))
        _look_at_all(copy, tally, f"prune killed before change {number}")
        tally.heard(bench.commands.run(*words), may_fail=False)
        _look_at_all(copy, tally, f"prune after a kill before change {number}")
        if len(list((copy / "releases").iterdir())) != 1:
            tally.remarks.append(f"prune after a kill before change {number} has left more than one release")
    return tally


def _look_at_all(output: Path, tally: Tally, when: str) -> None:
    for release in (output / "latest", *(output / "releases").iterdir()):
        if not hashes_hold(release):
            tally.broken_latest += 1
            tally.remarks.append(f"{when}: {release.name} is not whole")
