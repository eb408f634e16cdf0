"""The front door: the `kakehashi` command and `kakehashi.load("projects")`.

What belongs here: how a person or a program asks. What does not: answers (`pipelines/`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kakehashi.reader import load as load

__all__ = ["load"]


def __getattr__(name: str) -> Any:
    """Import `load` when it is first asked for, so that `kakehashi --help` needs no pandas."""
    if name == "load":
        from kakehashi.reader import load

        return load
    raise AttributeError(f"module 'kakehashi' has no attribute {name!r}")
