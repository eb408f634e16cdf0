"""Which releases of an output folder stay: tags that keep one, and pruning of the oldest.

What belongs here: naming releases and removing them, each whole or not at all. What does not: targets elsewhere.

A tag is a link `tags/<name>` to a release: `output/tags/report-2026/tables/projects.parquet` stays readable for as long
as the tag is there.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines.errors import ReleaseError
from pipelines.publish.atomic import clear_errors, output_lock, point, staging, sync_folder
from pipelines.publish.release import versions
from pipelines.publish.targets.index import INDEX, put_index

TAGS = "tags"
_TAG = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Pruned:
    """What became of the releases of an output folder, oldest first in each list.

    Attributes:
        removed: Versions that are gone.
        kept: Versions that are still there.
        tagged: Of these, those that are there only for their tag.
    """

    removed: tuple[str, ...]
    kept: tuple[str, ...]
    tagged: tuple[str, ...]


def tags(output: Path) -> dict[str, str]:
    """Return the tags of an output folder with the versions they name.

    Raises:
        ReleaseError: Something in `tags/` is no link to a release that is there: what it keeps cannot be known.
    """
    folder = output / TAGS
    known = set(versions(output))
    found: dict[str, str] = {}
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        target = path.readlink().as_posix() if path.is_symlink() else ""
        version = Path(target).name
        if target != f"../releases/{version}" or version not in known:
            raise ReleaseError(
                str(path), target or "something that is no link", "a link to a release, as `kakehashi tag` makes it",
                "Remove it, or make the tag again. Nothing was removed.",
            )  # fmt: skip
        found[path.name] = version
    return found


def tag(output: Path, version: str, name: str) -> None:
    """Give a release a tag, by which `prune` never removes it.

    Args:
        output: Folder that holds the releases.
        version: `latest`, or a version.
        name: Lower-case letters, digits, dots, hyphens and underscores.

    Raises:
        ReleaseError: There is no such release, the name will not do, or another release has it.
    """
    if not _TAG.fullmatch(name):
        raise ReleaseError(
            name, "a name that will not do", "a tag such as report-2026", "Use lower-case letters, digits, - . and _."
        )
    with output_lock(output), clear_errors(output):
        chosen = _version(output, version)
        link = output / TAGS / name
        named = link.readlink().name if link.is_symlink() else chosen
        if named != chosen:
            raise ReleaseError(
                str(link), f"release {named}", f"no tag {name} yet, or that of {chosen}",
                "Choose another name, or take that tag away first with --remove.",
            )  # fmt: skip
        link.parent.mkdir(exist_ok=True)
        with staging(output) as work:
            point(link, f"../releases/{chosen}", work)


def untag(output: Path, name: str) -> None:
    """Take a tag away; the release stays until `prune` finds it among the oldest.

    Raises:
        ReleaseError: There is no such tag.
    """
    with output_lock(output), clear_errors(output):
        link = output / TAGS / name
        if not _TAG.fullmatch(name) or not link.is_symlink():
            known = ", ".join(tags(output)) or "none"
            raise ReleaseError(str(output), f"no tag {name}", f"one of those there are: {known}", "Name one of them.")
        link.unlink()
        sync_folder(link.parent)


def prune(output: Path, keep: int, *, only_tell: bool = False) -> Pruned:
    """Remove the oldest releases of an output folder, or of a folder that releases are published to.

    A `releases.json` there lists those that stay, also where an earlier attempt was cut off or a person removed some.

    Args:
        output: Folder that holds the releases.
        keep: How many of the newest stay; at least 1. What `latest` points at and what a tag names stays, too.
        only_tell: Remove nothing.

    Raises:
        ReleaseError: `keep` is less than 1, a tag cannot be read, or the folder cannot be written.
    """
    if keep < 1:
        raise ReleaseError("--keep", str(keep), "1 or more", "The latest release is never removed.")
    with output_lock(output), clear_errors(output):
        known = versions(output)
        fixed = {*tags(output).values(), _latest(output)}
        old = known[:-keep]
        removed = [version for version in old if version not in fixed]
        if not only_tell:
            kept = [version for version in known if version not in removed]
            if (output / INDEX).is_file():
                # Before anything goes: whoever reads the list is never led to what is not there.
                put_index(output, kept)
            _remove(output, removed)
    tagged = tuple(version for version in old if version in fixed)
    return Pruned(tuple(removed), tuple(version for version in known if version not in removed), tagged)


def _remove(output: Path, removed: Sequence[str]) -> None:
    """Take each out of sight by one rename, then delete it: nobody ever finds half a release."""
    for version in removed:
        with staging(output) as work:
            (output / "releases" / version).rename(work / version)
            sync_folder(output / "releases")
            shutil.rmtree(work / version)


def _latest(output: Path) -> str:
    link = output / "latest"
    return link.readlink().name if link.is_symlink() else ""


def _version(output: Path, version: str) -> str:
    known = versions(output)
    chosen = _latest(output) if version == "latest" else version
    if chosen not in known:
        there = ", ".join(known) or "none"
        raise ReleaseError(str(output), f"no release {version}", f"one of: {there}", "Name one of these versions.")
    return chosen
