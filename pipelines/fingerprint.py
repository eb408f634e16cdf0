"""What a release is a function of, as one hash: raw files, reference, code, locked libraries, configuration.

What belongs here: `input_sha256`, and the part of it that is the program. What does not: hashes of what comes out
(`publish/`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path

from schemas.contract import CONTRACT_VERSION

ROOT = Path(__file__).resolve().parent.parent
"""Folder that holds our packages and the lock."""

_PACKAGES = ("schemas", "pipelines", "assets", "kakehashi")
_LOCK = "requirements.lock"
_SPELLING = ("jinja2", "xlsxwriter")
"""Libraries that spell files of a release, whatever the lock says is installed."""


def code_hashes() -> Iterator[tuple[str, str]]:
    """Yield (relative path, sha256) of every source file, template and the lock: shared helpers count like the rest."""
    paths = [path for package in _PACKAGES for path in (ROOT / package).rglob("*") if path.is_file()]
    paths.append(ROOT / _LOCK)
    for path in sorted(paths):
        if path.exists() and "__pycache__" not in path.parts:
            yield path.relative_to(ROOT).as_posix(), hashlib.sha256(path.read_bytes()).hexdigest()


def input_sha256(raw_hashes: Mapping[str, str], as_of: dt.date | None, *, own_use: bool = False) -> str:
    """Return the hash of everything that a release is made from.

    Args:
        raw_hashes: Relative path -> sha256 of every raw, reference and decision file.
        as_of: The date given on the command line, if any.
        own_use: Whether figures that may not be passed on are kept.
    """
    digest = hashlib.sha256(f"contract {CONTRACT_VERSION}\nas_of {as_of}\n".encode())
    digest.update(b"own_use\n" if own_use else b"")
    for name, content in (*sorted(raw_hashes.items()), *code_hashes()):
        digest.update(f"{name} {content}\n".encode())
    return digest.hexdigest()


def program_sha256() -> str:
    """Return the hash of the program: the same one makes the same files of the same tables, words included."""
    digest = hashlib.sha256()
    for name, content in code_hashes():
        digest.update(f"{name} {content}\n".encode())
    for library in _SPELLING:
        digest.update(f"{library} {version(library)}\n".encode())
    return digest.hexdigest()
