"""Waivers: exactly one finding passes until a day, the release says so, and its wholeness is never waived."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from publish_sample import INPUT, RELEASED_ON, Row, frames
from test_verify import _reseal

from pipelines.errors import ContractError
from pipelines.publish.checks import TABLE_CHECKS, all_findings
from pipelines.publish.findings import WAIVABLE, Tables
from pipelines.publish.quality import verdict
from pipelines.publish.release import write_release
from pipelines.publish.verify import verify
from pipelines.publish.waivers import Waiver, read_waivers, waivable
from pipelines.records import TableFile
from schemas import contract

UNTIL = dt.date(2026, 12, 31)
KEY, FOUND = "projects diamond-plant stage", "operating on primary_document"
Rows = Callable[[], dict[str, list[Row]]]


def _waiver(**cells: Any) -> Waiver:
    base: dict[str, Any] = {
        "decision_id": "w1", "decided_on": dt.date(2026, 11, 1), "decided_by": "kim", "check": "evidence_floor",
        "key": KEY, "found": FOUND, "waived_until": UNTIL, "reason": "The register opens in December.",
    }  # fmt: skip
    return Waiver(**{**base, **cells})


def _failing(rows: Rows) -> dict[str, Any]:
    wrong = rows()
    wrong["projects"][0].update(stage="operating")
    return frames(wrong)


def _write(tables: dict[str, Any], output: Path, waivers: tuple[Waiver, ...], on: dt.date = RELEASED_ON) -> Path:
    found = verdict(all_findings(Tables({**tables, "changes": contract.empty("changes")})), (), waivers, on)
    told = {**tables, "quality": contract.frame("quality", found.rows)}
    return write_release(told, output=output, released_on=on, input_sha256=INPUT, waivers=waivers).path


def test_a_waived_finding_stops_nothing_and_the_release_says_so(rows: Rows, tmp_path: Path) -> None:
    tables = _failing(rows)
    with pytest.raises(ContractError, match="evidence_floor"):
        _write(tables, tmp_path / "none", ())
    release = _write(tables, tmp_path / "one", (_waiver(),))
    assert verify(release) == ()
    (told,) = json.loads((release / "release.json").read_bytes())["waivers"]
    assert (told["check"], told["key"], told["waived_until"]) == ("evidence_floor", KEY, "2026-12-31")
    found = verdict(
        all_findings(Tables({**tables, "changes": contract.empty("changes")})), (), (_waiver(),), RELEASED_ON
    )
    row = next(row for row in found.rows if row["check_id"] == "evidence_floor")
    assert (row["passed"], row["value"], row["waived_until"]) == (False, 1.0, UNTIL)
    assert "The register opens in December." in row["description"] and "2026-12-31" in row["description"]


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ({"waived_until": dt.date(2026, 11, 21)}, "ended on 2026-11-21"),
        ({"found": "operating on two_witnesses"}, "fits nothing"),
        ({"key": "projects gas-plant stage"}, "fits nothing"),
        ({"check": "bounds_sane"}, "fits nothing"),
    ],
)
def test_an_expired_or_unmatched_waiver_is_told_and_the_check_fails(
    rows: Rows, tmp_path: Path, cells: dict[str, Any], told: str
) -> None:
    tables = _failing(rows)
    with pytest.raises(ContractError, match="evidence_floor"):
        _write(tables, tmp_path, (_waiver(**cells),))
    whole = Tables({**tables, "changes": contract.empty("changes")})
    (sentence,) = verdict(all_findings(whole), (), (_waiver(**cells),), RELEASED_ON).idle
    assert told in sentence


def test_the_release_date_ends_a_waiver_and_no_clock(rows: Rows, tmp_path: Path) -> None:
    _write(_failing(rows), tmp_path / "last", (_waiver(),), on=UNTIL)
    with pytest.raises(ContractError, match="evidence_floor"):
        _write(_failing(rows), tmp_path / "after", (_waiver(),), on=UNTIL + dt.timedelta(days=1))


def test_a_waiver_hides_no_other_finding_of_its_check(rows: Rows, tmp_path: Path) -> None:
    wrong = rows()
    for row in wrong["projects"]:
        row.update(stage="operating")
    with pytest.raises(ContractError, match="gas-plant"):
        _write(frames(wrong), tmp_path, (_waiver(),))


def test_an_expectation_is_waived_at_its_measure_alone() -> None:
    row = {
        "check_id": "totals-pledge-covers-commitments", "table": "totals", "column": "high_usd", "severity": "error",
        "threshold": 0.0, "value": 1.0, "passed": False, "description": "A pledge covers it.",
    }  # fmt: skip
    waiver = _waiver(check=row["check_id"], key="totals high_usd", found="1")
    assert verdict((), [row], (waiver,), RELEASED_ON).failing == frozenset()
    assert verdict((), [{**row, "value": 2.0}], (waiver,), RELEASED_ON).failing == {row["check_id"]}


NEVER = [*sorted(TABLE_CHECKS.keys() - WAIVABLE), "files_unchanged", "receipts-cover-every-column", "nonsense"]


@pytest.mark.parametrize("check", NEVER)
def test_what_makes_a_release_whole_is_refused_in_words(check: str) -> None:
    row = {
        "decision_id": "w", "decided_on": "2026-11-01", "decided_by": "kim", "check": check, "key": "k", "found": "f",
        "waived_until": "2026-12-01", "reason": "r", "supersedes": "",
    }  # fmt: skip
    read, bad = read_waivers(
        {"decisions/waivers": TableFile("waivers.csv", "waivers", "decisions", "", None, ((2, row),))}
    )
    assert read == () and not waivable(check)
    assert "never waived" in bad[0].reason and check in bad[0].reason
    assert {"keys_unique", "foreign_keys", "receipts_complete", "licence_leak", "totals_recomputed"} <= set(NEVER)


@pytest.mark.parametrize("until", ["2026-10-31", "2028-01-01", "2026-12", "soon", ""])
def test_a_waiver_ends_within_a_year(until: str) -> None:
    row = {
        "decision_id": "w", "decided_on": "2026-11-01", "decided_by": "kim", "check": "fx_gap", "key": "k",
        "found": "f", "waived_until": until, "reason": "r", "supersedes": "",
    }  # fmt: skip
    read, bad = read_waivers(
        {"decisions/waivers": TableFile("waivers.csv", "waivers", "decisions", "", None, ((2, row),))}
    )
    assert read == () and len(bad) == 1


def _told(change: Callable[[dict[str, Any]], object]) -> Callable[[Path], None]:
    def damage(release: Path) -> None:
        manifest = json.loads((release / "release.json").read_bytes())
        change(manifest)
        (release / "release.json").write_text(json.dumps(manifest))
        _reseal(release)

    return damage


@pytest.mark.parametrize(
    ("check", "damage"),
    [
        ("evidence_floor", _told(lambda m: m.pop("waivers"))),
        ("evidence_floor", _told(lambda m: m["waivers"][0].update(found="something else"))),
        ("evidence_floor", _told(lambda m: m["waivers"][0].update(waived_until="2026-11-21"))),
        ("waivers_agree", _told(lambda m: m["waivers"][0].update(key="projects gas-plant stage"))),
        ("waivers_agree", _told(lambda m: m["waivers"][0].update(waived_until="2026-12-01"))),
        ("waivers_agree", _told(lambda m: m["waivers"].append({**m["waivers"][0], "check": "keys_unique"}))),
        ("waivers_agree", _told(lambda m: m.update(waivers="all"))),
        ("waivers_agree", _told(lambda m: m.update(waivers=[{"check": ["a"]}]))),
    ],
)
def test_verify_takes_a_waiver_from_the_release_alone_and_at_its_word(
    rows: Rows, tmp_path: Path, check: str, damage: Callable[[Path], None]
) -> None:
    release = _write(_failing(rows), tmp_path, (_waiver(),))
    damage(release)
    assert check in {finding.check for finding in verify(release)}
