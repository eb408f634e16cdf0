"""`kakehashi explain --lines`: mentions as a service to other tools."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kakehashi import cli, lines
from kakehashi.country_codes import alpha_3
from kakehashi.lines import MAX_LINE, Request, answers, mentions
from kakehashi.passages import Original, paragraphs
from pipelines.build import PROJECT_RAW, Inputs, ingest
from pipelines.errors import KakehashiError
from pipelines.extract.lexicon import Lexicon, build_lexicon
from pipelines.resolve.known import reference_rows
from tests.conftest import ROOT, SHARED

LISTS = ("amounts", "organizations", "materials", "places", "dates", "measures")
ENGLISH = (
    "JBIC will lend up to $2.2 billion (about 330 billion yen) for a graphite plant in Savannah, Georgia. It is to make "
    "10,000 metric tons a year from March 2027, Hitachi said on Tuesday."
)
JAPANESE = "トヨタは5日、米ルイジアナ州に年産2万トンの黒鉛の工場を約30億ドルで建てると発表した。国際協力銀行も加わる。"


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return build_lexicon(reference_rows(ingest(Inputs(PROJECT_RAW))))


def _answer(lexicon: Lexicon, content: bytes) -> list[dict[str, Any]]:
    return list(answers(io.BytesIO(content), lexicon))


def _one(lexicon: Lexicon, **asked: Any) -> dict[str, Any]:
    (answer,) = _answer(lexicon, json.dumps(asked).encode())
    return answer


def _surfaces(answer: dict[str, Any], name: str, text: str) -> list[str]:
    return [text[one["start"] : one["end"]] for one in answer[name]]


def test_an_english_passage(lexicon: Lexicon) -> None:
    answer = _one(lexicon, text=ENGLISH, published_on="2026-02-12", id="a1")
    assert list(answer) == ["id", "language", *LISTS]
    assert (answer["id"], answer["language"]) == ("a1", "en")
    (amount,) = answer["amounts"]
    assert list(amount) == ["low", "high", "currency", "qualifier", "start", "end"]
    assert [amount[name] for name in list(amount)[:4]] == [None, "2200000000", "USD", "up_to"]
    assert _surfaces(answer, "amounts", ENGLISH) == ["$2.2 billion"]
    assert [one["name"] for one in answer["organizations"]] == [
        "Japan Bank for International Cooperation",
        "Hitachi, Ltd.",
    ]
    assert [(one["material_id"], one["name"]) for one in answer["materials"]] == [("graphite", "graphite")]
    assert [(one["name"], one["admin1"], one["country"]) for one in answer["places"]] == [("Savannah", "US-GA", "USA")]
    assert [(one["date"], one["precision"]) for one in answer["dates"]] == [
        ("2027-03-01", "month"),
        ("2026-02-10", "day"),
    ]
    assert _surfaces(answer, "dates", ENGLISH) == ["March 2027", "Tuesday"]
    assert [(one["value"], one["unit"]) for one in answer["measures"]] == [(10000, "t/yr")]


def test_a_japanese_passage(lexicon: Lexicon) -> None:
    answer = _one(lexicon, text=JAPANESE, published_on="2026-02-12")
    assert answer["language"] == "ja"
    assert [(one["low"], one["currency"], one["qualifier"]) for one in answer["amounts"]] == [
        ("3000000000", "USD", "about")
    ]
    assert [one["org_id"] for one in answer["organizations"]] == ["toyota", "jbic"]
    assert _surfaces(answer, "materials", JAPANESE) == ["黒鉛"]
    assert [one["admin1"] for one in answer["places"]] == ["US-LA"]
    assert [one["date"] for one in answer["dates"]] == ["2026-02-05"]
    assert [(one["value"], one["unit"]) for one in answer["measures"]] == [(20000, "t/yr")]


def test_japanese_names_in_an_english_passage_do_not_hide_the_rest(lexicon: Lexicon) -> None:
    text = (
        "The Japan Bank for International Cooperation (国際協力銀行) will lend $2 billion (3000億円) to Hitachi (日立製作所) for a "
        "graphite plant in Georgia by March 2027."
    )
    answer = _one(lexicon, text=text)
    assert answer["language"] == "en"
    assert [one["org_id"] for one in answer["organizations"]] == ["jbic", "jbic", "hitachi", "hitachi"]
    assert _surfaces(answer, "organizations", text)[1:] == ["国際協力銀行", "Hitachi", "日立製作所"]
    assert _surfaces(answer, "amounts", text) == ["$2 billion"]
    found = [_surfaces(answer, name, text) for name in ("materials", "places", "dates")]
    assert found == [["graphite"], ["Georgia"], ["March 2027"]]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Hitachi said so.", "en"),
        ("Hitachi (日立製作所) said so.", "en"),
        ("GE VernovaとHitachi", "ja"),
        ("日立製作所", "ja"),
        ("Hitachi 日立製作所", "ja"),
        ("同社は“supply chain”と述べた。", "ja"),
    ],
)
def test_the_language_is_found(text: str, language: str) -> None:
    assert lines.language_of(text) == language


def test_a_relative_date_needs_the_day_of_publication(lexicon: Lexicon) -> None:
    assert [one["date"] for one in _one(lexicon, text=ENGLISH)["dates"]] == ["2027-03-01"]
    assert _one(lexicon, text=JAPANESE)["dates"] == []


@pytest.mark.parametrize(
    ("country", "currency"), [("AUS", "AUD"), ("au", "AUD"), ("USA", "USD"), ("us", "USD"), (None, "USD")]
)
def test_the_country_of_the_publisher_tells_the_dollar(lexicon: Lexicon, country: str | None, currency: str) -> None:
    text = "The Queensland government put $50 million of taxpayer money into the mine."
    (amount,) = _one(lexicon, text=text, country=country)["amounts"]
    assert amount["currency"] == currency


def test_country_codes() -> None:
    assert [alpha_3(code) for code in ("JP", "jpn", " Gb ", "XX", "EU", "")] == ["JPN", "JPN", "GBR", None, None, None]
    with (ROOT / "raw" / "reference" / "places.csv").open(encoding="utf-8", newline="") as rows:
        countries = [row["code"] for row in csv.DictReader(rows) if row["kind"] == "country"]
    assert [code for code in countries if alpha_3(code) != code] == []


def test_the_same_sum_is_told_once_and_decimals_are_plain(lexicon: Lexicon) -> None:
    text = (
        "It cost $1.25 million.\n\nThe $1.25 million came from two banks. A further $0.5 million is due; 12.50 euros."
    )
    found = _one(lexicon, text=text)["amounts"]
    assert [one["low"] for one in found] == ["1250000", "500000", "12.5"]
    assert found[0]["start"] == text.index("$1.25")


def test_an_ambiguous_name_is_nobodys(lexicon: Lexicon) -> None:
    assert _one(lexicon, text="Mitsubishi is said to be interested.")["organizations"] == []
    assert _one(lexicon, text="三菱が関心を示した。")["organizations"] == []


def test_a_place_or_metal_in_a_firms_name_is_none(lexicon: Lexicon) -> None:
    answer = _one(lexicon, text="Tokyo Gas and Sumitomo Metal Mining met U.S. Steel.")
    assert [one["org_id"] for one in answer["organizations"]] == ["tokyo-gas", "sumitomo-metal-mining", "us-steel"]
    assert (answer["places"], answer["materials"]) == ([], [])


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("lead", ["", "😀👩‍🔬 ", "①　", "ｶﾞｽ、", "é̂ "])
def test_places_are_characters_of_the_text_as_given(lexicon: Lexicon, form: str, lead: str) -> None:
    text = unicodedata.normalize(form, f"{lead}パナソニックとＪＢＩＣ、バッテリー工場に約１２０億ドル。")  # type: ignore[arg-type]
    answer = _one(lexicon, text=text)
    expected = [unicodedata.normalize(form, name) for name in ("パナソニック", "ＪＢＩＣ")]  # type: ignore[arg-type]
    assert _surfaces(answer, "organizations", text) == expected
    assert _surfaces(answer, "amounts", text) == [unicodedata.normalize(form, "１２０億ドル")]  # type: ignore[arg-type]


_WORDS = "JBIC|パナソニック|ハ\u309aナソニック|ｿﾌﾄﾊﾞﾝｸ|$5 billion|３０億円|30億ト\u3099ル|graphite|黒鉛|Georgia|March 2027|2027年|10 GW"
_PIECES = st.sampled_from([*_WORDS.split("|"), "年産2万トン", *"😀\n 。,\u0301\u1112\u1161\u11ab\ud800", "\n\n"])


@given(st.lists(_PIECES | st.text(max_size=6), max_size=14).map("".join))
def test_every_mention_lies_in_the_text(lexicon: Lexicon, text: str) -> None:
    answer = mentions(Request(text), lexicon)
    for name in LISTS:
        for one in answer[name]:
            assert 0 <= one["start"] < one["end"] <= len(text)
            assert text[one["start"] : one["end"]].strip()


@given(st.text(max_size=40) | st.lists(_PIECES).map("".join))
def test_the_way_back_covers_the_text(text: str) -> None:
    prepared = Original(text)
    ends = [prepared.span(place, place + 1) for place in range(len(prepared.text))]
    assert all(start < end for start, end in ends)
    assert ends == sorted(ends)
    assert (ends[0][0], ends[-1][1]) == (0, len(text)) if ends else not text


def test_paragraphs_keep_their_places() -> None:
    wrapped = (
        "The two governments said that the plant in the west of the state would\n"
        "cost $3 billion.\nA heading\n\n- Hitachi, which has long been at home in the state and in its power plants\n- Toshiba\n"
    )
    found = list(paragraphs(wrapped))
    assert [wrapped[start : start + len(body)].split() for start, body in found] == [body.split() for _, body in found]
    assert [body.strip() for _, body in found] == [
        "The two governments said that the plant in the west of the state would cost $3 billion.",
        "A heading",
        "- Hitachi, which has long been at home in the state and in its power plants",
        "- Toshiba",
    ]


BAD: list[tuple[bytes, str, str]] = [
    (b"not json", "malformed", "no JSON"),
    (b"[1]", "malformed", "a list"),
    (b"null", "malformed", "null"),
    (b"[" * 100_000, "malformed", "no JSON"),
    (b'{"language": "en"}', "invalid_value", "no `text`"),
    (b'{"text": null}', "invalid_value", "null as `text`"),
    (b'{"text": 5}', "invalid_value", "a number as `text`"),
    (b'{"text": "a", "language": "zh"}', "invalid_value", "'zh'"),
    (b'{"text": "a", "country": "XX"}', "invalid_value", "'XX'"),
    (b'{"text": "a", "country": 3}', "invalid_value", "a number as `country`"),
    (b'{"text": "a", "published_on": "2026-02-30"}', "invalid_value", "2026-02-30"),
    (b'{"text": "a", "published_on": "2026-02"}', "invalid_value", "2026-02"),
    ('{"text": "日本"}'.encode("cp932"), "bad_encoding", "no UTF-8"),
    (b'{"text": "' + b"a" * (MAX_LINE + 5) + b'"}', "too_large", "bytes"),
]


@pytest.mark.parametrize(("line", "code", "found"), BAD, ids=lambda value: str(value)[:24])
def test_a_bad_line_tells_of_itself_and_the_rest_goes_on(lexicon: Lexicon, line: bytes, code: str, found: str) -> None:
    before, bad, after = _answer(lexicon, b'{"text": "JBIC"}\n' + line + b'\n\n{"text": "JBIC", "id": 0}')
    assert before["organizations"] and after["organizations"]
    assert (bad["error"]["line"], bad["error"]["reason_code"]) == (2, code)
    assert bad["error"]["reason"].startswith("line 2: found ") and found in bad["error"]["reason"]


def test_a_bad_line_keeps_its_id_and_lists_nothing(lexicon: Lexicon) -> None:
    assert list(_one(lexicon, id={"a": 1}, text=7)) == ["id", "error"]


@pytest.mark.parametrize(
    "asked",
    [
        {"text": ""},
        {"text": " \n\u3000"},
        {"text": "x", "language": None, "country": "", "published_on": ""},
        {"text": "x", "language": "ja-JP", "published_on": "2026-02-12T09:00:00+09:00"},
    ],
)
def test_what_is_left_open_is_no_error(lexicon: Lexicon, asked: dict[str, Any]) -> None:
    answer = _one(lexicon, **asked)
    assert "error" not in answer
    assert all(answer[name] == [] for name in LISTS)


def test_a_mark_of_order_and_other_line_ends_are_no_error(lexicon: Lexicon) -> None:
    found = _answer(lexicon, b'\xef\xbb\xbf{"text": "JBIC"}\r\n\r\n{"text": "NEXI"}\r\n')
    assert [one["organizations"][0]["org_id"] for one in found] == ["jbic", "nexi"]


def test_each_line_is_answered_before_the_next_is_read(lexicon: Lexicon) -> None:
    read: list[int] = []

    class Feed(io.RawIOBase):
        def readline(self, size: int | None = -1, /) -> bytes:
            read.append(len(read))
            return b'{"text": "JBIC"}\n' if len(read) <= 3 else b""

    stream: Iterator[dict[str, Any]] = answers(Feed(), lexicon)  # type: ignore[arg-type]
    for number in range(1, 4):
        next(stream)
        assert len(read) == number


def test_the_command_answers_standard_input_line_by_line() -> None:
    words = [sys.executable, "-m", "kakehashi.cli", "explain", "--lines", "-", "--json"]
    with subprocess.Popen(
        words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as run:
        assert run.stdin is not None and run.stdout is not None and run.stderr is not None
        for text in ("国際協力銀行", "日立製作所"):
            run.stdin.write(json.dumps({"text": text, "id": text}).encode() + b"\n")
            run.stdin.flush()
            line = run.stdout.readline().decode()  # the end of the input is not yet told
            assert f'"id": "{text}"' in line
            assert len(json.loads(line)["organizations"]) == 1
        run.stdin.write(b"broken\n")
        run.stdin.close()
        assert "error" in json.loads(run.stdout.read())
        assert b"1 of 3 lines" in run.stderr.read()
    assert run.returncode == 0


def test_wrong_use(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["explain", "--lines", "-", "paper.md"]) == 2
    assert "'paper.md'" in capsys.readouterr().err
    assert cli.main(["explain", "--lines", str(tmp_path / "gone.jsonl")]) == cli.FAILED
    assert "gone.jsonl" in capsys.readouterr().err
    with pytest.raises(KakehashiError, match=r"gone\.jsonl"):
        lines.explain_lines(str(tmp_path / "gone.jsonl"), [], reference=None)


def test_half_of_a_surrogate_pair_comes_out_as_json(tmp_path: Path, capfdbinary: Any) -> None:
    file = tmp_path / "odd.jsonl"
    file.write_bytes(b'{"text": "\\ud83d JBIC", "id": "\\ud83d"}\n')
    assert lines.explain_lines(str(file), [], reference=None) == 0
    answer = json.loads(capfdbinary.readouterr().out)
    assert (answer["id"], answer["organizations"][0]["start"]) == ("\ud83d", 2)


def _public(name: str) -> list[dict[str, str]]:
    path = SHARED / "acceptance" / name
    if not path.exists():
        pytest.skip("the shared folder is absent")
    with path.open(encoding="utf-8", newline="") as rows:
        return list(csv.DictReader(rows))


def test_the_public_amounts_by_lines(lexicon: Lexicon) -> None:
    wrong = []
    for row in _public("amounts_public.csv"):
        found = _one(lexicon, text=row["text"], language=row["lang"], country=row["context_country"])["amounts"]
        have = [found[0][name] or "" for name in ("low", "high", "currency", "qualifier")] if found else [""] * 4
        if [str(len(found)), *have] != [row[name] for name in ("n_amounts", "low", "high", "currency", "qualifier")]:
            wrong.append((row["text"], found))
    assert wrong == []


def test_the_public_names_by_lines(lexicon: Lexicon) -> None:
    universe = {row["canonical"] for row in _public("organizations_universe.csv")}
    right = proposed = wanted = 0
    for row in _public("names_public.csv"):
        found = _one(lexicon, text=row["surface"], language=row["lang"])["organizations"]
        names = "|".join(dict.fromkeys(one["name"] for one in found if one["name"] in universe))
        right += bool(names) and names == row["canonical"]
        proposed += bool(names)
        wanted += bool(row["canonical"])
    assert (right / proposed >= 0.99, right / wanted >= 0.97) == (True, True), (right, proposed, wanted)
