"""Source records of files that `kakehashi fetch` has put into the inbox, each in a folder of its own.

What belongs here: joining such a record with its files, and what is held back. What does not: fetching (`downloading`)
and reading the files.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipelines.errors import RawFileError
from pipelines.ingest.shelf import Shelf
from pipelines.ingest.sources import read_source_yaml
from pipelines.records import Source

RECORD = "source.yaml"
HELD = "-held"
"""How the folder of a file ends that waits for a person; the file itself is hidden in it."""


def fetched_records(shelf: Shelf) -> dict[str, Source]:
    """Return the records that lie in folders of the inbox: folder -> source.

    A file that is not the one the record tells of is set aside, and so is a record that says that its file is held
    for review, unless the same file was accepted since.

    Args:
        shelf: Its inbox is open; records are marked as used.
    """
    found: dict[str, Source] = {}
    folders = {file.path.split("/")[1] for file in shelf.within("inbox") if file.path.count("/") >= 2}
    for folder in sorted(folders):
        place = f"inbox/{folder}"
        file = shelf.files.get(f"{place}/{RECORD}")
        if file is None:
            continue
        shelf.used.add(file.path)
        try:
            source, about = read_source_yaml(file)
            if not about.get("held"):
                found[place] = source
                _set_aside_changed(shelf, place, about)
            elif folder.removesuffix(HELD) not in folders:
                expected, remedy = "a file like the one before", "Look at it; `kakehashi fetch --accept` takes it in."
                raise RawFileError(place, str(about["held"]), expected, remedy, "conflicting_record")
        except RawFileError as error:
            shelf.set_aside(place, error)
    return found


def _set_aside_changed(shelf: Shelf, place: str, about: Mapping[str, Any]) -> None:
    for entry in about.get("files") or ():
        path = f"{place}/{entry.get('name')}"
        file = shelf.files.get(path)
        if file is not None and entry.get("sha256") != file.sha256:
            expected = f"the bytes that were fetched (sha256 {str(entry.get('sha256'))[:12]}…)"
            remedy = "Fetch it again, or move a file of your own out of this folder."
            error = RawFileError(path, f"other bytes ({file.sha256[:12]}…)", expected, remedy, "conflicting_record")
            shelf.set_aside(path, error)
