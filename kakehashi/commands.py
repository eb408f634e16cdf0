"""What the shorter commands do: receipt, verify, tables, ui.

What belongs here: asking the pipeline and telling a person the answer in words. What does not: arguments (`cli`).
"""

from __future__ import annotations

from pathlib import Path

from kakehashi.cli import DAMAGED, DONE
from pipelines.errors import KakehashiError


def receipt(table: str, key: str, column: str, version: str, output: Path | None) -> int:
    """Print where one published value comes from: value, receipts, sources, conflicts."""
    from kakehashi.receipts import receipt_lines

    for line in receipt_lines(table, key, column, version, output):
        print(line)
    return DONE


def verify(release: Path | None, signers: Path | None = None) -> int:
    """Check a release and list what is wrong with it."""
    from kakehashi.progress import steps
    from kakehashi.reader import release_folder
    from pipelines.publish.verify import verify as check

    folder = release.resolve() if release is not None else release_folder()
    if not folder.is_dir():
        raise KakehashiError(str(folder), "no folder", "a release", "Name the folder of a release.")
    with steps() as tell:
        findings = check(folder, tell, signers)
    for finding in findings:
        print(finding)
    if findings:
        print(f"{folder.name}: {len(findings)} finding(s). Do not use this copy; build or download it again.")
        return DAMAGED
    signed = "" if signers is None else " It is signed by one of the signers."
    print(f"{folder.name}: whole; bytes, contract, keys, receipts and sums hold.{signed}")
    return DONE


def sign(release: Path | None, key: Path) -> int:
    """Sign a release with an SSH key."""
    from kakehashi.reader import release_folder
    from pipelines.publish.signatures import sign as write_signature

    folder = release.resolve() if release is not None else release_folder()
    print(f"{folder.name}: signed, {write_signature(folder, key)}")
    return DONE


def tables(version: str, output: Path | None) -> int:
    """List the tables of a release: rows, name and what one row is."""
    import pyarrow.parquet as pq

    from kakehashi.reader import release_folder
    from kakehashi.receipts import whole_file
    from schemas.contract import TABLES

    folder = release_folder(version, output)
    print(f"Release {folder.name}")
    for name, spec in TABLES.items():
        path = folder / "tables" / f"{name}.parquet"
        with whole_file(path):
            rows = pq.read_metadata(path).num_rows
        first = spec.description.strip().splitlines()[0]
        print(f"{rows:>8,}  {name:<24} {first}")
    return DONE


def ui(port: int, raw: Path | None = None, output: Path | None = None, history: Path | None = None) -> int:
    """Serve the Dagster UI until it is stopped."""
    from assets.ui import serve

    return serve(port=port, raw=raw, output=output, home=history)
