"""`kakehashi waive`: what stops the next release, and letting one finding of it pass until a day.

What belongs here: asking the checks what they find in what would be released, and writing a waiver. What does not: what
a waiver means (`pipelines/publish/waivers.py`) and the file (`ledger`).
"""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kakehashi.cli import DONE
from kakehashi.ledger import Ledger
from pipelines.errors import KakehashiError
from pipelines.publish.findings import Finding
from pipelines.publish.waivers import Waiver, part, unwaivable_words, waivable


@dataclass(frozen=True, slots=True)
class Found:
    """What the checks find in what would be released, and the day of that release."""

    released_on: dt.date
    findings: tuple[Finding, ...]
    waivers: tuple[Waiver, ...]


def waive(options: argparse.Namespace) -> int:
    """List what stops the next release, write a waiver for one finding, or take one back.

    Args:
        options: As `kakehashi.cli` reads them.

    Raises:
        KakehashiError: The check is never waived, nothing of the kind is found, or the waiver is not whole. Nothing
            is written then.
    """
    from pipelines.fingerprint import ROOT

    raw: Path = options.raw or ROOT / "raw"
    if not raw.is_dir():
        raise KakehashiError(str(raw), "no folder", "a raw folder", "Name it with --raw DIR.")
    if options.withdraw is not None:
        return _withdraw(options, Ledger(raw))
    if options.check is not None and not waivable(options.check):
        found, remedy = unwaivable_words(options.check)
        raise KakehashiError("check", found, "a check that judges", f"{remedy} Nothing was written.")
    if options.check is None:
        return _list(checked(raw, options.as_of))
    row = {**_who(options), "check": options.check, "waived_until": _day("--until", options.until).isoformat()}
    now = checked(raw, options.as_of)
    finding = _named(now, options.check, options.key)
    ledger = Ledger(raw)
    if any(one.covers(finding) and now.released_on <= one.waived_until for one in ledger.waivers()):
        raise KakehashiError(str(finding.where), "waived already", "a finding that counts", "Withdraw it to change it.")
    earlier = next((one for one in ledger.waivers() if (one.check, one.key) == (finding.check, finding.where)), None)
    row |= {
        "decision_id": ledger.fresh_id(f"waive {finding.check} {finding.where}"),
        "key": finding.where,
        "found": finding.found,
        "supersedes": earlier.decision_id if earlier is not None else "",
    }
    added = ledger.add("waivers", row)
    print(f"{added.path}, row {added.line}: {finding.check}, {finding.where}: {finding.found}")
    print(f"The next builds let it pass for releases of up to {row['waived_until']}, and tell it in the table quality.")
    return DONE


def checked(raw: Path, as_of: str | None) -> Found:
    """Run every check that a release would have to pass; nothing is written.

    Args:
        raw: The raw folder.
        as_of: The release's date, YYYY-MM-DD; None: the newest date in raw.
    """
    from pipelines.build import Inputs, build_tables
    from pipelines.publish.checks import all_findings
    from pipelines.publish.expectations import expectation_results
    from pipelines.publish.findings import Tables
    from pipelines.publish.waivers import failed_outcomes

    built = build_tables(Inputs(raw, as_of=_day("--as-of", as_of) if as_of is not None else None))
    outcomes = expectation_results(built.tables)
    findings = (*all_findings(Tables(built.tables)), *failed_outcomes(outcomes))
    return Found(built.released_on, findings, built.waivers)


def _list(now: Found) -> int:
    counting, waived = part(now.findings, now.waivers, now.released_on)
    for finding in counting:
        print(f"{finding}{'' if waivable(finding.check) else ' (never waived)'}")
    for finding, waiver in waived:
        print(f"{finding} (waived until {waiver.waived_until}: {waiver.reason})")
    print(f"{len(counting)} finding(s) stop a release of {now.released_on}; {len(waived)} waived.")
    return DONE


def _named(now: Found, check: str, key: str | None) -> Finding:
    own: Sequence[Finding] = [finding for finding in now.findings if finding.check == check]
    chosen = [finding for finding in own if key in (None, finding.where)]
    if len(chosen) != 1:
        found = f"{len(chosen)} findings" if chosen else "nothing of the kind"
        places = "; ".join(finding.where for finding in own[:5]) or "none, the check passes"
        remedy = "Name the place as it stands there, after the check. Nothing was written."
        raise KakehashiError(f"{check} {key or ''}".strip(), found, f"one finding (there are: {places})", remedy)
    return chosen[0]


def _withdraw(options: argparse.Namespace, ledger: Ledger) -> int:
    if not any(one.decision_id == options.withdraw for one in ledger.waivers()):
        raise KakehashiError(options.withdraw, "no such waiver", "a decision_id of waivers.csv", "Look into the file.")
    row = {**_who(options), "supersedes": options.withdraw}
    added = ledger.add("waivers", {**row, "decision_id": ledger.fresh_id(f"withdraw {options.withdraw}")})
    print(f"{added.path}, row {added.line}: {options.withdraw} is taken back; its check counts again.")
    return DONE


def _who(options: argparse.Namespace) -> dict[str, str]:
    texts = {"decided_by": options.by, "reason": options.why}
    for name, option in (("decided_by", "--by"), ("reason", "--why")):
        text = " ".join((texts[name] or "").split())
        if not any(c.isalnum() for c in text) or not text.isprintable():
            raise KakehashiError(option, repr(text), "who waives, and the reason in a sentence", "Write it out.")
        texts[name] = text
    on = _day("--on", options.on) if options.on is not None else dt.date.today()
    return {"decided_on": on.isoformat(), **texts}


def _day(option: str, text: str | None) -> dt.date:
    try:
        return dt.date.fromisoformat(text or "")
    except ValueError as error:
        raise KakehashiError(option, text or "nothing", "a day as 2026-11-22", "Give the date.") from error
