"""Which files a release holds, by the version of the contract that it follows.

What belongs here: their names. What does not: what stands in them.
"""

from __future__ import annotations

from collections.abc import Mapping

from pipelines.publish.forms import FORM_FILES
from pipelines.publish.site.pages import FILES, SITE
from schemas import contract
from schemas.versions import FIRST, came_with, version_numbers

__all__ = ["SIGNATURE", "SUMS", "expected_files"]

SUMS = "SHA256SUMS"
SIGNATURE = "SHA256SUMS.sig"
"""Not among the sums: it is made of them."""

_BESIDE: Mapping[str, tuple[str, ...]] = {
    FIRST: (
        "projects_flat.csv", "datapackage.json", "release.json", "README.md", "README.ja.md", "data_dictionary.csv",
        "contract.sql",
    ),
    "1.1.0": ("CHANGELOG.md", "CHANGELOG.ja.md", *FORM_FILES),
    "1.2.0": tuple(f"{SITE}/{name}" for name in FILES),
}  # fmt: skip
"""Version -> files that came with it, beside those of the tables."""


def expected_files(version: tuple[int, ...]) -> frozenset[str]:
    """Return the path of every file of a release of a contract version but SHA256SUMS and its signature."""
    beside = {name for came, names in _BESIDE.items() if version_numbers(came) <= version for name in names}
    tables = (name for name in contract.TABLES if came_with(name) <= version)
    return frozenset(beside | {f"tables/{name}.{form}" for name in tables for form in ("csv", "parquet")})
