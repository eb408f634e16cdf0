"""With which version of the contract each table and column came.

What belongs here: additions since 1.0.0; what is not named came with it. What does not: renamed columns (`renames`) and
the version of now (`specs`).
"""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["FIRST", "came_with", "version_numbers"]

FIRST = "1.0.0"

_CAME: Mapping[str, str] = {
    "balances": "1.1.0",
    **dict.fromkeys(
        (
            f"project_exposures.{column}"
            for column in (
                "dependence_year_now", "basis_now", "edition_now", "reliance_low_now_pct", "reliance_high_now_pct",
                "china_share_now_pct", "supplier_hhi_low_now", "supplier_hhi_high_now",
            )
        ),
        "1.1.0",
    ),
}  # fmt: skip
"""`table` or `table.column` -> version; a column never came before its table."""


def came_with(table: str, column: str | None = None) -> tuple[int, ...]:
    """Return the contract version with which a table, or a column of it, came, as numbers that compare."""
    of_table = version_numbers(_CAME.get(table, FIRST))
    return of_table if column is None else max(of_table, version_numbers(_CAME.get(f"{table}.{column}", FIRST)))


def version_numbers(version: str) -> tuple[int, ...]:
    """Return `1.2.0` as (1, 2, 0).

    Raises:
        ValueError: It is no version.
    """
    return tuple(int(part) for part in version.split("."))
