"""What is known beforehand: reference rows for recognising names, and the projects that curated rows describe.

What belongs here: gathering ids, names, places and companies of known things. What does not: recognising them
(`extract/`, `resolve/projects.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pipelines.extract.lexicon import KnownProject
from pipelines.ingest.coded import LITERAL_LENGTH, REFERENCE_SOURCE
from pipelines.ingest.raw import Raw
from pipelines.ingest.values import canonical
from pipelines.records import EXTRACTED, Cell, Claim


def reference_rows(raw: Raw) -> dict[str, list[Mapping[str, str]]]:
    """Return every reference table as rows of text by file stem, contract tables and auxiliary ones alike."""
    found: dict[str, list[Mapping[str, str]]] = {}
    for file in raw.tables:
        if file.room == "reference":
            found.setdefault(file.table, []).extend(row for _, row in file.rows)
    for stem, file in raw.auxiliary.items():
        if file.room == "reference":
            found[stem] = [row for _, row in file.rows]
    return found


def heed_coders(claims: Sequence[Claim]) -> tuple[Claim, ...]:
    """Let the person who coded a source have the last word on what it says.

    Where a person has coded a source into rows, a machine's reading of the same source may bear out rows that stand,
    but makes none of its own: what the person left out was left out on purpose. Its statements stay.

    Args:
        claims: Claims with their keys, coded and extracted.

    Returns:
        All claims; extracted ones that would make a row of their own from a coded source are rejected.
    """
    coded = {claim.source_id for claim in claims if claim.method == "curated"}
    rows = {(claim.table, claim.key) for claim in claims if not claim.method.startswith(EXTRACTED)}
    return tuple(
        replace(claim, review="rejected")
        if claim.method.startswith(EXTRACTED) and claim.source_id in coded and (claim.table, claim.key) not in rows
        else claim
        for claim in claims
    )


def program_claims(claims: Sequence[Claim], names: Sequence[Mapping[str, str]]) -> list[Claim]:
    """Name the programmes that claims speak of but that no row names, by their official names in the reference.

    Args:
        claims: All claims of a build.
        names: Rows of `reference/program_names.csv`.
    """
    spoken = {str(claim.cells["program_id"].value) for claim in claims if "program_id" in claim.cells}
    named = {claim.key[0] for claim in claims if claim.table == "programs" and "name" in claim.cells}
    cells: dict[str, dict[str, Cell]] = {}
    for row in names:
        program, language, name = (row.get(column, "").strip() for column in ("program_id", "language", "name"))
        if name and program in spoken - named and row.get("kind") == "official" and language in ("en", "ja"):
            column = "name" if language == "en" else "name_ja"
            place = f"reference/program_names.csv#{program}/{column}"
            cells.setdefault(program, {"program_id": Cell(program, program, place)}).setdefault(
                column, Cell(name, name if len(name) <= LITERAL_LENGTH else "", place)
            )
    return [
        Claim(
            "programs", (program,), found, REFERENCE_SOURCE, None, "asserted", "curated", "accepted",
            "reference/program_names.csv",
        )
        for program, found in sorted(cells.items())
    ]  # fmt: skip


def known_projects(claims: Sequence[Claim]) -> list[KnownProject]:
    """Gather the projects that curated rows describe: names in all languages, places, companies, materials, sector.

    Args:
        claims: Claims of coded rows.
    """
    names: dict[str, list[str]] = {}
    cells: dict[str, dict[str, str]] = {}
    tied: dict[tuple[str, str], set[str]] = {}
    for claim in claims:
        if claim.table == "projects" and claim.key and claim.review != "rejected":
            known = cells.setdefault(claim.key[0], {})
            for column, cell in claim.cells.items():
                if column in ("name", "name_ja"):
                    names.setdefault(claim.key[0], []).append(str(cell.value))
                known.setdefault(column, canonical(cell.value))
        for column in ("org_id", "material_id"):
            if claim.table in ("participants", "project_materials") and {"project_id", column} <= claim.cells.keys():
                project = str(claim.cells["project_id"].value)
                tied.setdefault((project, column), set()).add(str(claim.cells[column].value))
    return [
        KnownProject(
            project_id=project,
            names=tuple(dict.fromkeys(names.get(project, ()))),
            org_ids=tuple(sorted(tied.get((project, "org_id"), ()))),
            admin1=known.get("admin1"),
            city=known.get("city"),
            country=known.get("country"),
            sector=known.get("sector"),
            materials=tuple(sorted(tied.get((project, "material_id"), ()))),
            program_relation=known.get("program_relation"),
            program_id=known.get("program_id"),
        )
        for project, known in sorted(cells.items())
    ]
