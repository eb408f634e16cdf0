"""The Dagster UI as a person uses it, in a real browser: build, look, drop files, see what came of them.

What belongs here: one walk from `make ui` to a new candidate project, and to a release that is refused. Pictures of each
station are left in `tests/screenshots/`.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from assets.alerts import read_entries
from kakehashi.reader import load
from pipelines.publish.verify import verify
from tests.assets.test_whole import NEWS
from tests.conftest import ROOT

sync_api = pytest.importorskip("playwright.sync_api", reason="requirements-test.lock is not installed")
CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium on this machine (apt-get install chromium)"),
]

SCREENSHOTS = ROOT / "tests" / "screenshots"
QUIET_BROWSER = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-features=MediaRouter,OptimizationHints",
]  # fmt: skip
DIGEST = "cbs-atl-20260218"
RUNS = "{ runsOrError { ... on Runs { results { runId status tags { key value } } } } }"
SECOND = """Rare earth magnets in South Carolina

Proterial said on Tuesday that it had decided to build a magnet plant in Greenville, South Carolina. The plant would
cost $250 million and open in 2028, the company said.
"""
UNHELD = f"control_id,country,title,status,source_ids\nxx-made-up,CHN,Made-up measure,in_force,{DIGEST}\n"
"""A measure of which nobody says how long its status is known: the check status_horizon stops the release."""


@dataclass
class Room:
    """The control room: its address, its folders, the page that is looked at."""

    address: str
    raw: Path
    output: Path
    page: Any
    asked: list[str] = field(default_factory=list)

    def open(self, path: str, name: str, *, until: str) -> None:
        """Go to a place, wait until some words stand there, and leave a picture."""
        self.page.goto(f"{self.address}{path}")
        self.see(name, until=until)

    def see(self, name: str, *, until: str) -> None:
        """Wait until some words stand on the page, and leave a picture."""
        self.page.get_by_text(re.compile(until)).first.wait_for(timeout=60_000)
        self.page.wait_for_timeout(1500)
        self.page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)

    def runs(self) -> list[dict[str, Any]]:
        """All runs, the newest first."""
        words = json.dumps({"query": RUNS}).encode()
        request = urllib.request.Request(f"{self.address}/graphql", words, {"Content-Type": "application/json"})
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30) as answer:
            found: list[dict[str, Any]] = json.load(answer)["data"]["runsOrError"]["results"]
        return found

    def wait(self, what: str, holds: Callable[[], bool], seconds: float = 150) -> None:
        """Wait for something that happens behind the page."""
        deadline = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < deadline, f"{what} did not happen; runs: {self.runs()}"
            time.sleep(0.5)

    def quiet(self) -> bool:
        """Whether no run is on its way."""
        runs = self.runs()
        return bool(runs) and all(run["status"] in ("SUCCESS", "FAILURE", "CANCELED") for run in runs)

    def version(self) -> str | None:
        """The newest release, None where there is none."""
        latest = self.output / "latest"
        return latest.resolve().name if latest.exists() else None


def _ports() -> int:
    """A free port whose next one is free too."""
    while True:
        with socket.socket() as one, socket.socket() as next_one:
            one.bind(("127.0.0.1", 0))
            port = int(one.getsockname()[1])
            try:
                next_one.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port


def _command(words: str) -> list[str]:
    # `make ui` itself where the checkout has its own environment, else what it runs.
    if (ROOT / ".venv").is_dir():
        return ["make", "--silent", "ui", f"ARGS={words}"]
    return [sys.executable, "-m", "kakehashi.cli", "ui", *words.split()]


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    folder = tmp_path_factory.mktemp("room")
    raw, output = folder / "raw", folder / "out"
    shutil.copytree(ROOT / "raw", raw)
    (raw / "inbox" / "talks.txt").write_text(NEWS, encoding="utf-8")
    SCREENSHOTS.mkdir(exist_ok=True)
    words = f"--port {_ports()} --raw {raw} --output {output} --history {folder / 'history'}"
    said = (folder / "stderr").open("w+")
    process = subprocess.Popen(
        _command(words), cwd=ROOT, stdout=subprocess.PIPE, stderr=said, text=True, start_new_session=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert process.stdout is not None
    address = process.stdout.readline().strip()
    assert address.startswith("http://127.0.0.1:")
    try:
        with sync_api.sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=CHROMIUM, args=QUIET_BROWSER)
            room = Room(address, raw, output, browser.new_page(viewport={"width": 1500, "height": 1000}))
            room.page.on("request", lambda request: room.asked.append(request.url))
            yield room
            browser.close()
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(40)
    said.seek(0)
    warned = [line for line in said.read().splitlines() if not line.startswith("make: ***")]
    assert warned == [], "nothing is warned of on the terminal"
    hosts = {url.split("/")[2].partition(":")[0] for url in room.asked if url.startswith("http")}
    assert hosts == {"127.0.0.1"}, "the UI asks this machine alone"


def test_1_everything_is_made_by_clicking(room: Room) -> None:
    room.open("/asset-groups", "1-graph", until="investment")
    room.page.get_by_text(re.compile(r"Materialize all")).first.click()
    room.wait("a release", lambda: room.version() is not None and room.quiet())
    assert {run["status"] for run in room.runs()} == {"SUCCESS"}
    room.open("/runs", "2-runs", until="Success")
    room.open("/asset-groups", "3-graph-made", until="statements")


def test_2_checks_columns_plots_and_results_are_there_to_see(room: Room) -> None:
    room.open("/assets/projects?view=checks", "4-checks", until="receipts")
    room.page.get_by_text("foreign_keys").first.click()
    room.see("5-check", until="blocking")
    assert room.page.get_by_text("Passed").count()
    room.open("/assets/projects", "6-columns", until="Stable slug of the project")
    assert room.page.get_by_text("codelist: sector").count()
    room.open("/assets/release", "7-release", until="results")
    room.page.wait_for_timeout(2000)
    widths = room.page.eval_on_selector_all(
        "img", "all => all.filter(i => i.src.endsWith('.svg')).map(i => i.naturalWidth)"
    )
    if not widths:  # long values are folded until they are asked for
        room.page.get_by_text(re.compile("Show Markdown")).first.click()
        room.page.wait_for_timeout(2000)
        room.page.screenshot(path=SCREENSHOTS / "7b-plots.png")
        widths = room.page.eval_on_selector_all("img", "all => all.map(i => i.naturalWidth)")
    assert any(width > 500 for width in widths), "the plots are drawn"


def test_3_the_results_page_opens_from_the_release(room: Room) -> None:
    room.open("/assets/release", "7-release", until="results")
    link = room.page.locator("a[href$='/quality.html']").first
    address = link.get_attribute("href")
    room.page.goto(address)
    room.see("8-results", until="What the checks said")
    room.page.get_by_text("What every column means").first.click()
    room.see("9-dictionary", until="各列の意味")


def test_4_an_article_in_the_inbox_becomes_a_candidate_project(room: Room) -> None:
    before = room.version()
    (room.raw / "inbox" / "magnets.txt").write_text(SECOND, encoding="utf-8")
    room.wait("a new release", lambda: room.version() != before and room.quiet())
    newest = room.runs()[0]
    tags = {tag["key"]: tag["value"] for tag in newest["tags"]}
    assert tags["dagster/sensor_name"] == "raw_changes" and tags["kakehashi/changed"] == "inbox"
    projects = load("projects", output=room.output)
    assert projects[projects["admin1"] == "US-SC"]["review"].tolist() == ["unreviewed"]
    room.open("/assets/release", "10-new-release", until=re.escape(str(room.version())))
    room.open("/automation", "11-automation", until="raw_changes")


def test_5_a_broken_file_is_told_in_words_and_the_release_is_made(room: Room) -> None:
    before = room.version()
    (room.raw / "inbox" / "broken.pdf").write_bytes(b"%PDF-1.7 and then nothing of use")
    room.wait("a new release", lambda: room.version() != before and room.quiet())
    room.open("/assets/quarantine?view=checks", "12-set-aside", until="nothing_set_aside")
    room.page.get_by_text("nothing_set_aside").first.click()
    room.see("13-set-aside-words", until="files or rows were set aside")
    room.page.get_by_text(re.compile("Show Markdown")).first.click()
    room.see("13-set-aside-words", until="broken.pdf")


def test_6_a_file_that_breaks_a_blocking_check_is_told_in_words_and_the_release_before_stays(room: Room) -> None:
    before = room.version()
    (room.raw / "curated" / "export_controls__made_up.csv").write_text(UNHELD, encoding="utf-8")
    room.wait("a failed run", lambda: room.quiet() and room.runs()[0]["status"] == "FAILURE")
    assert room.version() == before and verify(room.output / "latest") == ()
    run = room.runs()[0]["runId"]
    room.open("/assets/quality?view=checks", "14-gate", until="gate")
    room.page.get_by_text(re.compile("^gate$")).first.click()
    room.see("15-gate-words", until="status_horizon")
    room.open(f"/runs/{run}", "16-failed-run", until="Failure|Failed")
    room.wait("an entry", lambda: [one["run"] for one in read_entries(room.output)] == [run])
    (entry,) = read_entries(room.output)
    assert entry["latest"] == before and any("status_horizon" in words for words in entry["words"])
