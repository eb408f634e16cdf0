"""`releases.json`: the list of the whole releases that a folder or a bucket holds.

What belongs here: spelling it, and bringing a folder's up to date. What does not: which releases there are.
"""

from __future__ import annotations

import json
from pathlib import Path

from pipelines.publish.atomic import staging, sync_folder
from pipelines.publish.formats import write_bytes
from pipelines.publish.release import version_order

INDEX = "releases.json"
"""File in the root of a folder or bucket: the whole releases there, oldest first; the last one is the latest."""


def put_index(root: Path, versions: list[str]) -> None:
    """Make the list of a folder tell of these versions, by one rename; one that does so already is not touched.

    Args:
        root: Folder whose lock is held.
        versions: Of the whole releases there, in any order.

    Raises:
        OSError: The folder cannot be written.
    """
    told, place = index_json(versions), root / INDEX
    if place.is_file() and place.read_bytes() == told:
        return
    with staging(root) as work:
        write_bytes(told, work / INDEX)
        (work / INDEX).replace(place)
        sync_folder(root)


def index_json(versions: list[str]) -> bytes:
    """Spell `releases.json`: version, date and path relative to the file of each release, oldest first.

    Args:
        versions: Versions of whole releases at the target, in any order.
    """
    listed = [
        {"version": version, "released_on": "-".join(version.split(".")[:3]), "path": f"releases/{version}/"}
        for version in sorted(versions, key=version_order)
    ]
    return (json.dumps(listed, indent=2) + "\n").encode()
