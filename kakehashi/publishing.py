"""`kakehashi publish`, `prune` and `tag`: releases handed on, kept and removed, in words.

What belongs here: telling a person what came of it. What does not: sending (`pipelines/publish/targets`) and removing
(`pipelines/publish/retention`).
"""

from __future__ import annotations

import os
from pathlib import Path

from kakehashi.cli import DONE
from kakehashi.progress import steps
from kakehashi.reader import default_output, release_folder
from pipelines.errors import ReleaseError
from pipelines.publish import retention


def publish(to: str, version: str, output: Path | None) -> int:
    """Send a release to a target.

    Args:
        to: A folder, `s3://bucket/prefix`, `zenodo`, or `hf:owner/name`.
        version: `latest`, or a version.
        output: Folder that holds the releases; the default one if None.

    Raises:
        ReleaseError: It must not be sent, or could not be; the sentence says what to do.
    """
    from pipelines.publish.targets.named import target
    from pipelines.publish.targets.shipment import prepare

    folder = release_folder(version, output)
    goal = target(to, os.environ)
    shipment = prepare(folder)
    with steps() as tell:
        sent = goal.send(shipment, tell)
    if sent.sent:
        print(f"Release {sent.version} is at {sent.where}: {sent.sent} files, {sent.size:,} bytes sent", end="")
        print(f"; {sent.there} were there." if sent.there else ".")
    else:
        print(f"Release {sent.version} was at {sent.where} already; nothing was sent.")
    print("It is the latest there." if sent.is_latest else "A newer release stays the latest there.")
    return DONE


def prune(keep: int, output: Path | None, *, only_tell: bool) -> int:
    """Remove the oldest releases of an output folder and say which.

    Args:
        keep: How many of the newest stay.
        output: Folder that holds the releases; the default one if None.
        only_tell: Remove nothing.

    Raises:
        ReleaseError: See `pipelines.publish.retention.prune`.
    """
    done = retention.prune(_there(output), keep, only_tell=only_tell)
    would = "would be " if only_tell else ""
    gone = f"{', '.join(done.removed)} {would}removed" if done.removed else f"Nothing {would}removed"
    tagged = f", {', '.join(done.tagged)} for a tag or as the latest" if done.tagged else ""
    print(f"{gone}; {len(done.kept)} kept{tagged}.")
    return DONE


def tag(name: str | None, version: str, output: Path | None, *, remove: bool) -> int:
    """Name a release, take a name away, or list the names there are.

    Args:
        name: The tag; None: list them.
        version: `latest`, or a version.
        output: Folder that holds the releases; the default one if None.
        remove: Take the tag away.

    Raises:
        ReleaseError: See `pipelines.publish.retention`.
    """
    place = _there(output)
    if name is None:
        known = retention.tags(place)
        print("\n".join(f"{tagged}  {found}" for tagged, found in known.items()) or "No release has a tag.")
    elif remove:
        retention.untag(place, name)
        print(f"The tag {name} is gone; its release stays until it is pruned.")
    else:
        retention.tag(place, version, name)
        print(f"Release {retention.tags(place)[name]} has the tag {name}; it is never pruned.")
    return DONE


def _there(output: Path | None) -> Path:
    """The output folder; nothing is made where there is none."""
    place = output or default_output()
    if not place.is_dir():
        raise ReleaseError(str(place), "no folder", "a folder with releases", "Name it with --output.")
    return place
