"""The lexicon of the committed reference, and documents read with it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.extract.lexicon import KnownProject, Lexicon, build_lexicon
from pipelines.extract.reading import Reading, read_document
from pipelines.extract.vocabulary import own_rows
from pipelines.ingest import readers

DOCUMENTS = Path(__file__).parent / "documents"
TABLES = ("organizations", "organization_names", "materials", "material_names", "places", "program_names")

KNOWN = (
    KnownProject(
        "element-six-georgia-diamond",
        ("Synthetic diamond grit plant in Georgia",),
        ("element-six",),
        "US-GA",
        None,
        "USA",
        "critical_materials",
    ),
    KnownProject("alaska-lng", ("Alaska LNG",), ("glenfarne",), "US-AK", None, "USA", "oil_gas"),
)


@pytest.fixture(scope="session")
def lexicon() -> Lexicon:
    return build_lexicon({name: own_rows(name) for name in TABLES}, KNOWN)


@pytest.fixture(scope="session")
def reading(lexicon: Lexicon) -> Callable[[str | Path], Reading]:
    """Read a file of `documents/`, or any path."""

    def read(path: str | Path) -> Reading:
        file = DOCUMENTS / path if isinstance(path, str) else path
        return read_document(readers.read_document(file.read_bytes(), f"inbox/{file.name}", None), lexicon)

    return read


@pytest.fixture(scope="session")
def read_text(lexicon: Lexicon) -> Callable[[str], Reading]:
    def read(text: str) -> Reading:
        return read_document(readers.read_document(text.encode(), "inbox/text.txt", None), lexicon)

    return read
