"""Every command and snippet of the README does what it says."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
BOTH = README + (ROOT / "README.ja.md").read_text(encoding="utf-8")
BLOCKS = list(dict.fromkeys(re.findall(r"```(\w+)\n(.*?)```", BOTH, flags=re.DOTALL)))
SNIPPETS = [text for kind, text in BLOCKS if kind == "python"]
COMMANDS = list(
    dict.fromkeys(line for kind, text in BLOCKS if kind == "sh" for line in text.splitlines() if line.strip())
)
R_SNIPPETS = [text for kind, text in BLOCKS if kind == "r"]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that looks like the checkout after `make dataset`, with a release of its own."""
    from pipelines.build import Inputs, build_tables
    from pipelines.publish.quality import quality_rows
    from pipelines.publish.release import write_release
    from schemas.contract import frame

    folder = tmp_path_factory.mktemp("home")
    built = build_tables(Inputs())
    tables = {name: table for name, table in built.tables.items() if name != "changes"}
    tables["quality"] = frame("quality", quality_rows(()))
    write_release(tables, output=folder / "output", released_on=built.released_on, input_sha256=built.input_sha256)
    for name in ("raw", "README.md", ".venv"):
        if (ROOT / name).exists():
            (folder / name).symlink_to(ROOT / name)
    return folder


def _environment(home: Path) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "KAKEHASHI_OUTPUT": str(home / "output")}


@pytest.mark.slow
@pytest.mark.parametrize("snippet", SNIPPETS)
def test_python_snippets_run(home: Path, snippet: str) -> None:
    outcome = subprocess.run(
        [sys.executable, "-c", snippet], cwd=home, env=_environment(home), capture_output=True, text=True, check=False
    )
    assert outcome.returncode == 0, outcome.stderr
    assert len(outcome.stdout.splitlines()) > 1


@pytest.mark.slow
@pytest.mark.parametrize("snippet", R_SNIPPETS)
def test_r_snippets_run(home: Path, snippet: str) -> None:
    rscript = shutil.which("Rscript")
    if rscript is None:
        pytest.skip("R is not installed on this machine")
    outcome = subprocess.run([rscript, "-e", snippet], cwd=home, capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, outcome.stderr


@pytest.mark.slow
@pytest.mark.parametrize("command", [line for line in COMMANDS if ".venv/bin/kakehashi" in line])
def test_commands_run(home: Path, command: str) -> None:
    words = command.split()
    outcome = subprocess.run(
        [sys.executable, "-m", "kakehashi.cli", *words[1:]],
        cwd=home,
        env=_environment(home),
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome.returncode == 0, outcome.stderr
    assert outcome.stdout.strip()


def test_every_make_command_of_the_readme_is_a_target_that_the_suite_or_ci_runs() -> None:
    wanted = {line.split()[1] for line in COMMANDS if line.startswith("make ")}
    assert wanted == {"dataset", "test", "ui"}
    for target in wanted:
        outcome = subprocess.run(["make", "--dry-run", target], cwd=ROOT, capture_output=True, text=True, check=False)
        assert outcome.returncode == 0, outcome.stderr
    others = [line for line in COMMANDS if not line.startswith(("make ", ".venv/bin/kakehashi"))]
    assert others == []


@pytest.mark.slow
def test_the_spreadsheet_opens_in_excel_with_its_japanese_names(home: Path) -> None:
    content = (home / "output" / "latest" / "projects_flat.csv").read_bytes()
    assert content.startswith("\ufeff".encode()), "the mark by which Excel knows UTF-8"
    assert "ガス火力発電" in content.decode("utf-8")
