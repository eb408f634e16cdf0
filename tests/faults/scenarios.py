"""The faults, kind by kind, each on a folder of its own.

What belongs here: what is done to a build or a decision. What does not: how it is done (`points`), what must hold
afterwards (`keeping`), and faults on the way to a target (`publishing`).
"""

from __future__ import annotations

import errno
import itertools
import os
import random
import resource
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.conftest import ROOT
from tests.faults.children import Commands, Disturbance, Ended
from tests.faults.keeping import Keeper, Minutes, Tally
from tests.faults.points import at_change, bound_by_permissions, counting, die, refuse, small_disk, vanishing

DIGEST = "cbs-atl-20260218"
_PROJECT = "projects:lab-grown-diamond-plant-f04f1399"
_NAME = "Element Six lab-grown diamond plant, Georgia"


def small_raw(folder: Path) -> Path:
    """A raw folder that builds quickly: one digest of ours."""
    shutil.copytree(ROOT / "raw" / "documents" / DIGEST, folder / "documents" / DIGEST)
    return folder


class Bench:
    """A raw folder and an output folder with one whole release, and how long and how many steps a build takes."""

    def __init__(self, commands: Commands, place: Path) -> None:
        self.commands, self.place = commands, place
        self.raw, self.output = small_raw(place / "raw"), place / "out"
        self._notes = itertools.count(1)
        first = self.build()
        if first.code != 0:
            raise RuntimeError(f"the undisturbed build failed: {first.err}")
        self.note()
        counted = place / "counted"
        self.seconds = self.build(before=counting(self.output, counted)).seconds
        self.changes = counted.stat().st_size
        # SQLite writes its file past Python: the small disk of these runs does not see it fill.
        written = (path for path in (self.output / "latest").rglob("*") if path.is_file() and path.suffix != ".sqlite")
        self.bytes = sum(path.stat().st_size for path in written)
        self.keeper = Keeper(commands, self.output)

    def note(self) -> None:
        """Change the raw folder, so that the next build has something to say."""
        with (self.raw / "documents" / DIGEST / "document.md").open("a", encoding="utf-8") as file:
            file.write(f"\nNote {next(self._notes)}.\n")

    def words(self, output: Path | None = None) -> tuple[str | Path, ...]:
        """The build as words of the command."""
        return ("build", "--raw", self.raw, "--output", output or self.output)

    def build(self, output: Path | None = None, before: Disturbance | None = None) -> Ended:
        """Build to the end."""
        return self.commands.run(*self.words(output), before=before)

    def recovers(self, tally: Tally) -> None:
        """An undisturbed build afterwards succeeds and leaves nothing hidden behind but its lock."""
        self.note()
        tally.heard(self.build(), may_fail=False)
        self.keeper.look(tally, f"after {tally.name}")
        self.keeper.look_at_all(tally)
        left = [path.name for path in self.output.iterdir() if path.name.startswith(".") and path.name != ".lock"]
        if left:
            tally.remarks.append(f"{tally.name}: left behind {left}")


def spread(count: int, first: int, last: int) -> Iterator[int]:
    """So many whole numbers, evenly from the first to the last."""
    for number in range(count):
        yield first + round(number * (last - first) / max(count - 1, 1))


def kills_in_time(bench: Bench, count: int) -> Tally:
    """Kill builds at moments spread evenly from their first millisecond to their last."""
    tally = Tally("build killed, spread over its time")
    for number in range(count):
        bench.note()
        ended = bench.commands.start(*bench.words()).kill_after(bench.seconds * (number + 0.5) / count)
        tally.heard(ended, may_fail=False)
        bench.keeper.look(tally, f"kill {number} in time")
    bench.recovers(tally)
    return tally


def kills_at_changes(bench: Bench, count: int) -> Tally:
    """Kill builds right before each of what they do to the output folder."""
    tally = Tally("build killed, spread over its writing")
    for number in spread(count, 1, bench.changes):
        bench.note()
        tally.heard(bench.build(before=at_change(bench.output, number, die)), may_fail=False)
        bench.keeper.look(tally, f"killed before change {number} of {bench.changes}")
    bench.recovers(tally)
    return tally


def full_disks(bench: Bench, count: int) -> Tally:
    """Let builds run out of space, from the first byte of the release to the last."""
    tally = Tally("disk full, spread over the release's bytes")
    for left in spread(count, 0, bench.bytes - 1):
        bench.note()
        ended = tally.heard(bench.build(before=small_disk(bench.output, left)))
        _must_say(tally, ended, os.strerror(errno.ENOSPC), f"{left} bytes left")
        bench.keeper.look(tally, f"{left} bytes left")
    bench.recovers(tally)
    return tally


def failing_disks(bench: Bench, count: int) -> Tally:
    """Let single calls fail: read-only, no permission, quota, defect."""
    tally = Tally("a call fails (EROFS, EACCES, EDQUOT, EIO)")
    codes = itertools.cycle((errno.EROFS, errno.EACCES, errno.EDQUOT, errno.EIO))
    for number, code in zip(spread(count, 1, bench.changes - 2), codes, strict=False):
        bench.note()
        ended = tally.heard(bench.build(before=at_change(bench.output, number, refuse(code))))
        if ended.code != 0:  # what is only tidied up may fail in silence
            _must_say(tally, ended, os.strerror(code), f"{os.strerror(code)} at change {number}")
        bench.keeper.look(tally, f"{os.strerror(code)} at change {number}")
    bench.recovers(tally)
    return tally


def _must_say(tally: Tally, ended: Ended, sentence: str, when: str) -> None:
    if ended.code != 1 or sentence not in ended.err:
        tally.silent += 1
        tally.remarks.append(f"{tally.name}, {when}: exit {ended.code}, said {ended.err.strip()[-600:]!r}")


def no_permission(bench: Bench, count: int) -> Tally:
    """Build as somebody who may read the output folder and not write in it."""
    tally = Tally("output that may only be read")
    own = bench.output.stat().st_mode
    for number in range(count):
        bench.note()
        fresh = bench.output if number % 2 else bench.output / "further" / "down"
        os.chmod(bench.output, 0o555)
        ended = tally.heard(bench.build(fresh, before=bound_by_permissions))
        os.chmod(bench.output, own)
        _must_say(tally, ended, os.strerror(errno.EACCES), f"writing into {fresh.name}")
        bench.keeper.look(tally, "read-only output")
    bench.recovers(tally)
    return tally


def no_room_for_the_history(bench: Bench, count: int) -> Tally:
    """Build where no file may become larger than so many bytes, the history's databases first of all."""
    tally = Tally("files of a limited size, the history's too")
    for limit in spread(count, 20_000, 400_000):
        bench.note()
        tally.heard(bench.build(before=_limited(limit)))
        bench.keeper.look(tally, f"files of at most {limit} bytes")
    bench.recovers(tally)
    return tally


def _limited(size: int) -> Callable[[], None]:
    def begin() -> None:
        import assets.execution

        assets.execution.HOME = Path(tempfile.mkdtemp(dir=assets.execution.HOME.parent))
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return begin


def vanishing_files(bench: Bench, count: int) -> Tally:
    """Take a raw file away between the moment it was listed and the moment it is read."""
    tally = Tally("a raw file vanishes during the build")
    document = bench.raw / "documents" / DIGEST / "document.md"
    content = document.read_bytes()
    for number in range(count):
        extra = bench.raw / "inbox" / f"note-{number}.txt"
        extra.parent.mkdir(exist_ok=True)
        extra.write_text(f"Kakehashi note number {number} on nothing in particular.\n", encoding="utf-8")
        victim = document if number % 2 else extra
        ended = tally.heard(bench.build(before=vanishing(victim)), may_fail=False)
        if "set aside" not in ended.out:
            tally.silent += 1
            tally.remarks.append(f"{victim.name} vanished and nobody was told: {ended.out} {ended.err}")
        bench.keeper.look(tally, f"{victim.name} vanished")
        document.write_bytes(content)
        extra.unlink(missing_ok=True)
    bench.recovers(tally)
    return tally


def vanishing_staging(bench: Bench, count: int) -> Tally:
    """Clear the output folder's hidden files while a release is being written."""
    tally = Tally("what is being written is taken away")
    for number in spread(count, 4, bench.changes - 6):
        bench.note()
        ended = tally.heard(bench.build(before=at_change(bench.output, number, _clear(bench.output))))
        if ended.code == 0:
            bench.keeper.look_at_all(tally)
        bench.keeper.look(tally, f"staging cleared at change {number}")
    bench.recovers(tally)
    return tally


def _clear(output: Path) -> Callable[[], None]:
    def strike() -> None:
        for folder in output.glob(".staging-*"):
            shutil.rmtree(folder)

    return strike


def clocks_set_back(bench: Bench, count: int) -> Tally:
    """Build on a machine whose clock stands years before the release's date, or jumps back in the midst of it."""
    tally = Tally("clock set back")
    for number in range(count):
        bench.note()
        tally.heard(bench.build(before=_clock(jumps=number % 2 == 1)), may_fail=False)
        bench.keeper.look(tally, "clock set back")
    bench.recovers(tally)
    return tally


def _clock(jumps: bool) -> Callable[[], None]:
    def begin() -> None:
        honest, began = time.time, time.time()

        def told() -> float:
            now = honest()
            return now - 10 * 365 * 86_400 if not jumps or now - began > 1 else now

        time.time = told
        time.time_ns = lambda: int(told() * 1e9)

    return begin


def pairs(bench: Bench, count: int) -> Tally:
    """Two builds at once into one folder; in every third pair the first is killed while it holds the lock."""
    tally = Tally("two builds at once")
    chance = random.Random(20261122)
    other = small_raw(bench.place / "other")
    for number in range(count):
        bench.note()
        killed = number % 3 == 2
        strike = at_change(bench.output, chance.randint(3, bench.changes), die) if killed else None
        first = bench.commands.start(*bench.words(), before=strike)
        time.sleep(chance.uniform(0, 0.3) * bench.seconds)
        raw = bench.raw if number % 2 else other
        with (raw / "documents" / DIGEST / "document.md").open("a", encoding="utf-8") as file:
            file.write(f"\nPair {number}.\n" if raw is other else "")
        second = bench.commands.start("build", "--raw", raw, "--output", bench.output)
        tally.heard(first.wait(), may_fail=False)
        tally.heard(second.wait())
        bench.keeper.look(tally, f"pair {number}")
    bench.recovers(tally)
    return tally


def decisions(bench: Bench, count: int, minutes: Minutes) -> Tally:
    """Kill `decide` before each thing it does, and let a build run beside it."""
    tally = Tally("decide killed, a build beside it")
    room = bench.raw / "decisions"
    for number in range(count):
        building = bench.commands.start(*bench.words(bench.place / "beside")) if number % 10 == 5 else None
        strike = at_change(room, 1 + number % 5, die)
        ended = tally.heard(bench.commands.run(*_decision(bench, f"Killed {number}"), before=strike), may_fail=False)
        minutes.heard(ended)
        minutes.look(tally, f"decision {number}, killed")
        ended = tally.heard(bench.commands.run(*_decision(bench, f"Plant {number}")), may_fail=False)
        minutes.heard(ended)
        minutes.look(tally, f"decision {number}")
        if building is not None:
            tally.heard(building.wait(), may_fail=False)
    left = [path.name for path in room.iterdir() if path.name.startswith(".")]
    if left:
        tally.remarks.append(f"{tally.name}: left behind {left}")
    return tally


def _decision(bench: Bench, text: str) -> tuple[str | Path, ...]:
    """A decision that no other one contradicts: the release that the reviewer looks at stays the same meanwhile."""
    what = ("decide", _PROJECT, "correct", "--column", "name", "--expect", _NAME, "--value", text, "--supersede")
    who = ("--by", "faults", "--why", f"Fault {text}.", "--on", "2026-11-22")
    return (*what, *who, "--raw", bench.raw, "--output", bench.output)


def two_reviewers(bench: Bench, count: int, minutes: Minutes) -> Tally:
    """Two reviewers decide at once, on a full disk now and then: each is written down or told that it is not."""
    tally = Tally("two reviewers at once, or no space")
    for number in range(count):
        full = small_disk(bench.raw, 40 * number) if number % 3 == 2 else None
        both = [bench.commands.start(*_decision(bench, f"Both {number} {one}"), before=full) for one in "ab"]
        for child in both:
            minutes.heard(tally.heard(child.wait()))
        minutes.look(tally, f"reviewers {number}")
    bench.recovers(tally)
    minutes.look(tally, "after the build")
    return tally
