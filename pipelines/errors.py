"""Typed errors of the pipeline: each names file, place, what was found, what was expected and what to do.

What belongs here: exception classes that more than one room raises. What does not: messages for people who made no
mistake (those are rows of `quarantine`, `review_queue` or `conflicts`).
"""

from __future__ import annotations


class KakehashiError(Exception):
    """Base of every error that a user can act on.

    Args:
        where: File and place, as `curated/projects.csv, row 12, column sector`.
        found: What stood there.
        expected: What would have been right.
        remedy: What to do about it.
        reason_code: Code of the codelist `quarantine_reason`, for input that is set aside.
    """

    def __init__(self, where: str, found: str, expected: str, remedy: str, reason_code: str = "invalid_value") -> None:
        self.where = where
        self.found = found
        self.expected = expected
        self.remedy = remedy
        self.reason_code = reason_code
        super().__init__(f"{where}: found {found}; expected {expected}. {remedy}")


class RawFileError(KakehashiError):
    """A raw file that cannot be read as what it should be. The file is quarantined and the build goes on."""


class ContractError(KakehashiError):
    """A table that breaks the data contract. The release is refused."""


class ReleaseError(KakehashiError):
    """A release that cannot be written or does not verify."""
