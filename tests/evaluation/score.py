"""The answers of `kakehashi explain --json` held against labels, table by table.

The rules are those of the acceptance of documents: which row answers which label, what is an extra, which fields are
compared. What belongs here: those rules. What does not: single values (`comparing.py`), what must not occur
(`forbidden.py`), floors and printing (`__main__.py`).
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.evaluation.comparing import Answer, Label, Row, anyof, close, digits, norm, num
from tests.evaluation.forbidden import forbidden

PROGRAM = "prog-us-japan-550bn"
"""The gold_id of what is tied to the programme and to no project."""
LABELLED = ("projects", "amounts", "participants", "materials", "controls")
TABLES = ("projects", "amounts", "participants", "participants+role", "materials", "controls")
_PUBLIC = ("government", "ministry", "agency")  # unlisted ones are no error
_NO_CONTROL = ("suspension", "general_licence", "informal")  # notices that impose nothing
_PROJECT_FIELDS = (
    "sector",
    "stage",
    "admin1",
    "city",
    "announced_on",
    "cost_qualifier",
    "cost_currency",
    "capacity_unit",
    "cost_low",
    "cost_high",
    "capacity_value",
)
_COLUMNS = {"cost_low": "cost_original_low", "cost_high": "cost_original_high"}
_NAMING = ("name", "name_ja", "project_id", "description", "city", "admin1")
MAGNITUDE = 10.0
"""A figure more than this many times too large or too small is an error of its own."""


@dataclass
class Score:
    """Counts of rows found, superfluous and missed by table, of fields right and compared, and each error in words.

    Attributes:
        lines: Misses, extras and wrong fields, one a line.
        faults: What fails whatever the figures are: a document without answer, rows from an irrelevant one.
        forbidden: Forbidden values that occur.
        magnitudes: Figures more than ten times too large or too small.
    """

    tp: Counter[str] = field(default_factory=Counter)
    fp: Counter[str] = field(default_factory=Counter)
    fn: Counter[str] = field(default_factory=Counter)
    ok: Counter[str] = field(default_factory=Counter)
    n: Counter[str] = field(default_factory=Counter)
    lines: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    forbidden: list[str] = field(default_factory=list)
    magnitudes: list[str] = field(default_factory=list)

    def hit(self, table: str, found: bool, what: str) -> None:
        """Count a label as found or missed."""
        (self.tp if found else self.fn)[table] += 1
        if not found:
            self.lines.append(f"MISS  {table:18} {what}")

    def extra(self, table: str, what: str) -> None:
        """Count a row that no label asks for."""
        self.fp[table] += 1
        self.lines.append(f"EXTRA {table:18} {what}")

    def field(self, name: str, right: bool, what: str) -> None:
        """Count a field of a matched row."""
        self.n[name] += 1
        self.ok[name] += right
        if not right:
            self.lines.append(f"FIELD {name:18} {what}")

    def precision(self, table: str) -> float:
        """Share of the rows that labels ask for."""
        return self.tp[table] / max(1, self.tp[table] + self.fp[table])

    def recall(self, table: str) -> float:
        """Share of the labels that were found."""
        return self.tp[table] / max(1, self.tp[table] + self.fn[table])

    def f1(self, table: str) -> float:
        """Harmonic mean of precision and recall."""
        p, r = self.precision(table), self.recall(table)
        return 2 * p * r / max(1e-9, p + r)

    def add(self, other: Score) -> None:
        """Take in the score of another set."""
        for name in ("tp", "fp", "fn", "ok", "n"):
            getattr(self, name).update(getattr(other, name))
        for name in ("lines", "faults", "forbidden", "magnitudes"):
            getattr(self, name).extend(getattr(other, name))


@dataclass(frozen=True)
class Labels:
    """The labels of one set.

    Attributes:
        rows: Table of labels -> document -> its rows.
        empty: Documents that must give no project, amount or participant.
        missing: Files that the folder lacks.
    """

    rows: Mapping[str, Mapping[str, Sequence[Label]]]
    empty: frozenset[str]
    missing: tuple[str, ...] = ()

    def of(self, table: str, document: str) -> Sequence[Label]:
        """Labels of one document."""
        return self.rows[table].get(document, ())

    @property
    def documents(self) -> set[str]:
        """Every document that a label names."""
        return set(self.empty).union(*(by_document for name, by_document in self.rows.items() if name != "sites"))


def read_labels(folder: Path) -> Labels:
    """Read a folder `gold`; a file that is not there yet holds no labels."""
    rows: dict[str, dict[str, list[Label]]] = {}
    missing = []
    for name in (*LABELLED, "negatives_checks", "sites"):
        path, rows[name] = folder / f"{name}.csv", defaultdict(list)
        if not path.is_file():
            missing += [path.name] if name != "sites" else []
            continue
        with path.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                rows[name][row["doc"]].append(row)
    listed = folder / "empty.txt"
    empty = frozenset(listed.read_text(encoding="utf-8").split()) if listed.is_file() else frozenset()
    return Labels(rows, empty, tuple(missing))


def score(labels: Labels, answers: Mapping[str, Mapping[str, Any]], documents: Iterable[str]) -> Score:
    """Compare answers with labels.

    Args:
        labels: Of one set.
        answers: File name of a document -> its object of `kakehashi explain --json`.
        documents: File names of the documents to score.
    """
    total = Score()
    hits: set[str] = set()
    for document in documents:
        if document not in answers:
            total.lines.append(f"NO OUTPUT for {document}")
            total.faults.append(f"no output for {document}")
        answer = Answer(answers.get(document, {}))
        _score_projects(total, document, answer, labels.of("projects", document), labels.of("sites", document))
        _score_amounts(total, document, answer, labels.of("amounts", document))
        _score_participants(total, document, answer, labels.of("participants", document))
        _score_materials(total, document, answer, labels.of("materials", document))
        _score_controls(total, document, answer, labels.of("controls", document))
        hits.update(forbidden(document, answer, labels.of("negatives_checks", document)))
        if document in labels.empty and any(answer.rows(name) for name in ("projects", "amounts", "participants")):
            total.faults.append(f"{document} must give nothing and gives rows")
    total.forbidden = sorted(hits)
    return total


def _assign(golds: Sequence[Label], rows: Sequence[Row]) -> dict[str, Row]:
    """gold_id -> the project row that answers it, by longest hint, then sector, then state."""
    pairs: list[tuple[tuple[int, bool, bool], str, int]] = []
    for gold in golds:
        for number, row in enumerate(rows):
            text = " ".join(str(row.get(column) or "") for column in _NAMING).lower()
            hits = [hint for hint in gold["name_hints"].split("|") if hint and hint.lower() in text]
            if hits:
                sector = bool(gold["sector"]) and anyof(row.get("sector"), gold["sector"])
                state = bool(gold["admin1"]) and row.get("admin1") == gold["admin1"]
                pairs.append(((max(map(len, hits)), sector, state), gold["gold_id"], number))
    found: dict[str, Row] = {}
    used: set[int] = set()
    for _, gold_id, number in sorted(pairs, key=lambda pair: pair[0], reverse=True):
        if gold_id not in found and number not in used:
            found[gold_id] = rows[number]
            used.add(number)
    return found


def _score_projects(
    total: Score, document: str, answer: Answer, golds: Sequence[Label], sites: Sequence[Label]
) -> None:
    assigned = _assign(golds, answer.rows("projects"))
    answer.pid = {gold_id: row.get("project_id") for gold_id, row in assigned.items()}
    for gold in golds:
        row = assigned.get(gold["gold_id"])
        total.hit("projects", row is not None, f"{document} {gold['gold_id']}")
        for name in _PROJECT_FIELDS if row is not None else ():
            wanted = gold[name]
            if not wanted:
                continue
            have = row.get(_COLUMNS.get(name, name)) if row is not None else None
            right = close(have, wanted) if num(wanted) is not None else anyof(have, wanted)
            right = right or (name == "stage" and row is not None and anyof(row.get("stage_claimed"), wanted))
            total.field(name, right, f"{document} {gold['gold_id']}: {have!r} for {wanted!r}")
            if name in _COLUMNS and _is_far(have, [wanted]):
                total.magnitudes.append(f"{document} {gold['gold_id']} {name}: {have!r} for {wanted!r}")
    for row in answer.rows("projects"):
        if any(row is other for other in assigned.values()):
            continue
        if any(site["word"].lower() in str(row.get("name")).lower() for site in sites):
            answer.ignored.add(row.get("project_id"))
        else:
            total.extra("projects", f"{document} {row.get('project_id')} {row.get('name')}")


def _score_amounts(total: Score, document: str, answer: Answer, golds: Sequence[Label]) -> None:
    stated = [a for a in answer.rows("amounts") if num(a.get("low")) is not None or num(a.get("high")) is not None]
    pool, matched = stated, dict[object, object]()
    for gold in golds:
        found = next((row for row in pool if _is_sum(row, gold) and _is_tied(answer, row, gold["gold_id"])), None)
        what = f"{document} {gold['gold_id']} {gold['low']}-{gold['high']} {gold['currency']}"
        total.hit("amounts", found is not None, what)
        if found is None:
            continue
        pool = [row for row in pool if row is not found]
        matched[found.get("amount_id")] = found.get("currency")
        for name in ("kind", "qualifier", "instrument"):
            if gold[name] and gold[name] != "unspecified":
                have = found.get(name)
                total.field(f"amounts.{name}", anyof(have, gold[name]), f"{what}: {have!r} for {gold[name]!r}")
        if gold["org"]:
            payer = found.get("payer_org_id")
            right = bool({norm(name) for name in gold["org"].split("|")} & answer.org(payer))
            total.field("amounts.payer", right, f"{what}: {payer!r} for {gold['org']!r}")
    for row in pool:  # the same sum in another currency is no error
        if matched.get(row.get("restates"), row.get("currency")) == row.get("currency"):
            what = f"{document} {row.get('project_id')} {row.get('low')}-{row.get('high')} {row.get('currency')}"
            total.extra("amounts", f"{what} {row.get('kind')}")
            _check_magnitude(total, what, answer, row, golds)


def _is_sum(row: Row, gold: Label) -> bool:
    same = close(row.get("low"), gold["low"]) and close(row.get("high"), gold["high"])
    return same and row.get("currency") == gold["currency"]


def _is_tied(answer: Answer, row: Row, gold_id: str) -> bool:
    """Whether a sum belongs to the label's project, to none for the programme, to anything where the label is blank."""
    if gold_id == "":
        return True
    return not row.get("project_id") if gold_id == PROGRAM else answer.of_project(row, gold_id)


def _check_magnitude(total: Score, what: str, answer: Answer, row: Row, golds: Sequence[Label]) -> None:
    """Note a superfluous sum that is of another magnitude than every label of its tie, kind and currency."""
    true = [
        gold["high"] or gold["low"]
        for gold in golds
        if gold["gold_id"] and _is_tied(answer, row, gold["gold_id"])
        if gold["currency"] == row.get("currency") and (not gold["kind"] or anyof(row.get("kind"), gold["kind"]))
    ]
    if true and _is_far(row.get("high") if num(row.get("high")) is not None else row.get("low"), true):
        total.magnitudes.append(f"{what} {row.get('kind')} for {' or '.join(true)}")


def _is_far(have: object, true: Iterable[object]) -> bool:
    """Whether a figure is above ten times or below a tenth of each of the true ones."""
    value = num(have)
    figures = [figure for figure in map(num, true) if figure]
    if value is None or not figures:
        return False
    return all(value > MAGNITUDE * figure or value < figure / MAGNITUDE for figure in figures)


def _role_right(row: Row, wanted: str) -> bool:
    interested = "interested" in wanted.split("|") and row.get("engagement") == "interest_expressed"
    return anyof(row.get("role"), wanted) or interested


def _score_participants(total: Score, document: str, answer: Answer, golds: Sequence[Label]) -> None:
    parts = answer.rows("participants")
    labels_of: dict[tuple[object, object], list[Label]] = defaultdict(list)
    pairs: dict[tuple[str, str, str], list[Label]] = defaultdict(list)
    for gold in golds:
        pairs[gold["gold_id"], gold["org"], gold["org_ja"]].append(gold)
    for (gold_id, org, org_ja), rows in pairs.items():
        wanted = {norm(name) for name in f"{org}|{org_ja}".split("|") if name}
        found = [p for p in parts if wanted & answer.org(p.get("org_id")) and answer.of_project(p, gold_id)]
        total.hit("participants", bool(found), f"{document} {gold_id} {org}")
        for part in found:
            labels_of[part.get("project_id"), part.get("org_id")] += rows
        for row in rows:
            if row["role"]:
                right = any(_role_right(part, row["role"]) for part in found)
                total.hit("participants+role", right, f"{document} {gold_id} {org} {row['role']}")
    _extra_roles(total, document, parts, labels_of)
    named = {(p["project_id"], p.get("org_id")) for p in parts if p.get("project_id")} - set(labels_of)
    for project_id, org_id in sorted((str(project), str(org)) for project, org in named):
        if answer.kinds.get(org_id) not in _PUBLIC and project_id not in answer.ignored:
            total.extra("participants", f"{document} {(project_id, org_id)}")


def _extra_roles(
    total: Score, document: str, parts: Sequence[Row], labels_of: Mapping[tuple[object, object], Collection[Label]]
) -> None:
    """Count each role that none of a pair's labels allows; a label without role allows any."""
    roles: dict[tuple[object, object, object], bool] = {}
    for part in parts:
        pair = (part.get("project_id"), part.get("org_id"))
        if pair in labels_of and part.get("role") and all(gold["role"] for gold in labels_of[pair]):
            right = any(_role_right(part, gold["role"]) for gold in labels_of[pair])
            key = (*pair, part["role"])
            roles[key] = roles.get(key, False) or right
    for key, right in roles.items():
        if not right:
            total.extra("participants+role", f"{document} {key}")


def _same_material(wanted: set[str], names: set[str]) -> bool:
    diamond = any("diamond" in name for name in wanted)  # one material, told apart by form
    return bool(wanted & names) or (diamond and any("diamond" in name for name in names))


def _score_materials(total: Score, document: str, answer: Answer, golds: Sequence[Label]) -> None:
    tied = answer.rows("project_materials")
    wanted_of: dict[str, list[set[str]]] = defaultdict(list)
    for gold in golds:
        wanted, gold_id = {norm(name) for name in gold["material"].split("|")}, gold["gold_id"]
        rows = [row for row in tied if answer.of_project(row, gold_id)] if gold_id else []
        rows = rows if gold_id else [*answer.rows("material_uses"), *tied]
        right = any(_same_material(wanted, answer.mat(row.get("material_id"))) for row in rows)
        total.hit("materials", right, f"{document} {gold_id} {gold['material']}")
        wanted_of[gold_id].append(wanted)
    for gold_id in sorted(filter(None, wanted_of)):
        for material in sorted({str(row.get("material_id")) for row in tied if answer.of_project(row, gold_id)}):
            names = answer.mat(material)
            heading = any(name.startswith("rare earth") for name in names)  # over the elements, no error
            if not heading and not any(_same_material(wanted, names) for wanted in wanted_of[gold_id]):
                total.extra("materials", f"{document} {gold_id} {material}")


def _score_controls(total: Score, document: str, answer: Answer, golds: Sequence[Label]) -> None:
    pool = list(answer.rows("export_controls"))
    for gold in sorted(golds, key=lambda row: not row["number"]):
        found = next((row for row in pool if _is_measure(row, gold)), None)
        total.hit("controls", found is not None, f"{document} {gold['number']} {gold['announced_on']}")
        if found is None:
            continue
        pool = [row for row in pool if row is not found]
        for name in ("announced_on", "effective_on", "status", "target_country"):
            if gold[name]:
                have = found.get(name)
                right = anyof(str(have or "")[:10], gold[name])
                total.field(f"controls.{name}", right, f"{document} {gold['number']}: {have!r} for {gold[name]!r}")
    for row in pool:  # mentions without number and exact date are not labelled
        if (row.get("number") or row.get("announced_on")) and row.get("measure_type") not in _NO_CONTROL:
            total.extra("controls", f"{document} {row.get('number')} {row.get('announced_on')}")


def _is_measure(row: Row, gold: Label) -> bool:
    """Whether a row is the labelled measure: by the digits of its number, or by its day where it has none."""
    same = digits(row.get("number")) == digits(gold["number"])
    return same and bool(gold["number"] or str(row.get("announced_on"))[:10] == gold["announced_on"])
