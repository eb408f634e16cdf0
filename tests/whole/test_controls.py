"""`kakehashi controls` and `kakehashi exposures`: the committed raw, asked through the front door."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kakehashi import cli
from schemas.contract import arrow_schema


@pytest.fixture(scope="module")
def output(built: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release of the committed raw, as far as the command reads one."""
    folder = tmp_path_factory.mktemp("controls")
    tables = folder / "releases" / "2026.11.22" / "tables"
    tables.mkdir(parents=True)
    for name in (
        "export_controls", "export_control_periods", "export_control_items", "export_control_entities", "materials",
        "projects", "project_materials", "project_exposures", "dependencies",
    ):  # fmt: skip
        table = pa.Table.from_pandas(built.tables[name], schema=arrow_schema(name), preserve_index=False)
        pq.write_table(table, tables / f"{name}.parquet")
    (tables.parent / "release.json").write_text(json.dumps({"released_on": built.released_on.isoformat()}))
    (folder / "latest").symlink_to(Path("releases") / "2026.11.22")
    return folder


def asked(output: Path, capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, dict[str, Any]]:
    assert cli.main(["controls", *words, "--json", "--output", str(output)]) == cli.DONE
    return {one["control_id"]: one for one in map(json.loads, capsys.readouterr().out.splitlines())}


@pytest.mark.parametrize(
    ("on", "no_55", "no_46"),
    [
        ("2026-11-09", "suspended", "suspended"),
        ("2026-11-11", "unknown", "suspended"),
        ("2026-11-28", "unknown", "unknown"),
    ],
)
def test_three_days_of_november(
    output: Path, capsys: pytest.CaptureFixture[str], on: str, no_55: str, no_46: str
) -> None:
    found = asked(output, capsys, "--on", on)
    assert (found["cn-2025-55"]["number"], found["cn-2025-55"]["status"]) == ("No. 55 of 2025", no_55)
    assert (found["cn-2024-46-2"]["number"], found["cn-2024-46-2"]["status"]) == ("No. 46 of 2024", no_46)
    assert not found["cn-2025-70"]["restricts"]
    assert not found["cn-2025-72"]["restricts"]


def test_a_material_by_any_of_its_names(output: Path, capsys: pytest.CaptureFixture[str]) -> None:
    by_id = asked(output, capsys, "--on", "2026-11-22", "--material", "gallium")
    assert set(by_id) == {"cn-2023-23", "cn-2024-46-2", "cn-2025-72", "cn-2025-cat"}
    for name in ("Ga", "ガリウム", "Gallium"):
        assert asked(output, capsys, "--on", "2026-11-22", "--material", name) == by_id
    codes = {item["code_as_printed"]: item["code_flag"] for item in by_id["cn-2023-23"]["items"]}
    assert codes["8110929010"] == "misprint"
    assert set(asked(output, capsys, "--material", "gallium", "--importer", "jp")) == {"cn-2023-23", "cn-2025-cat"}


def test_in_words(output: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["controls", "--material", "gallium", "--output", str(output)]) == cli.DONE
    told = capsys.readouterr().out
    assert "as of 2026-11-22" in told
    assert "No. 72 of 2025 (CHN to USA; suspension; restricts nothing)" in told
    assert "code 8110929010 beside gallium stands as printed: misprint" in told
    assert cli.main(["controls", "--on", "2001-01-01", "--material", "antimony", "--output", str(output)]) == cli.DONE
    assert "No measure is known" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--on", "soon"], "a day as"),
        (["--material", "galium"], "gallium"),
        (["--form", "brick"], "diamond_stone"),
        (["--importer", "Japan"], "a country code"),
    ],
)
def test_wrong_words(output: Path, capsys: pytest.CaptureFixture[str], words: list[str], told: str) -> None:
    assert cli.main(["controls", *words, "--output", str(output)]) == cli.FAILED
    assert told in capsys.readouterr().err


def exposed(output: Path, capsys: pytest.CaptureFixture[str], *words: str) -> dict[tuple[str, str], dict[str, Any]]:
    assert cli.main(["exposures", *words, "--json", "--output", str(output)]) == cli.DONE
    found = map(json.loads, capsys.readouterr().out.splitlines())
    return {(one["form"], one["importer"]): one for one in found}


def test_a_project_on_two_days(output: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = exposed(output, capsys, "fs2025-diamond-grit")["diamond_grit_all", "USA"]
    then, now = found["at_announcement"], found["as_of"]
    assert (then["on"], then["reliance_low_pct"], then["china_share_pct"]) == ("2025-10-28", 35.0, 77.0)
    # What followed the suspension of superhard materials, which ended on 2026-11-10, is not known: that is no zero.
    assert (now["on"], now["controls"], now["reliance_low_pct"]) == ("2026-11-22", None, 35.0)
    paused = exposed(output, capsys, "fs2025-diamond-grit", "--on", "2026-11-09")["diamond_grit_all", "USA"]["as_of"]
    assert then["controls"] - paused["controls"] == 1, "the ban held on the first day and was suspended on the second"
    assert "cn-2024-46-2" in found["control_ids"]
    earlier = exposed(output, capsys, "fs2025-diamond-grit", "--on", "2024-06-30")["diamond_grit_all", "USA"]["as_of"]
    assert (earlier["dependence_year"], earlier["controls"]) == (2024, 0)


def test_exposures_in_words(output: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["exposures", "alcoa-wagerup-gallium", "--output", str(output)]) == cli.DONE
    told = capsys.readouterr().out
    assert "526 % of the country's consumption" in told
    assert "announced (no date)" in told
    assert cli.main(["exposures", "no-such-plant", "--output", str(output)]) == cli.FAILED
    assert "a project_id of the release" in capsys.readouterr().err
    assert len(exposed(output, capsys)) > 5
