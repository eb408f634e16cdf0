"""`kakehashi waive` from a build that a check stops to a release that tells why it was let pass."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from kakehashi import cli
from pipelines.publish.verify import verify
from tests.conftest import ROOT

_DIGEST = "cbs-atl-20260218"
_CONTROL = f"control_id,country,title,status,source_ids\nxx-made-up,CHN,Made-up measure,in_force,{_DIGEST}\n"


@pytest.mark.slow
def test_from_a_stopped_build_to_a_release_and_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    raw, output = tmp_path / "raw", tmp_path / "out"
    shutil.copytree(ROOT / "raw" / "documents" / _DIGEST, raw / "documents" / _DIGEST)
    (raw / "curated").mkdir()
    (raw / "curated" / "export_controls.csv").write_text(_CONTROL)
    build = ["build", "--raw", str(raw), "--output", str(output)]
    who = ["--by", "kim", "--why", "The gazette is asked.", "--on", "2026-11-01", "--raw", str(raw)]

    assert cli.main(build) == cli.FAILED
    assert "status_horizon" in capsys.readouterr().err
    assert cli.main(["waive", "--raw", str(raw)]) == cli.DONE
    assert "status_horizon: export_controls xx-made-up known_until" in capsys.readouterr().out
    for check, words in (("keys_unique", "never waived"), ("fx_gap", "nothing of the kind")):
        assert cli.main(["waive", check, "--until", "2026-12-01", *who]) == cli.FAILED
        assert words in capsys.readouterr().err
    assert not (raw / "decisions" / "waivers.csv").exists()

    assert cli.main(["waive", "status_horizon", "--until", "2026-12-01", *who]) == cli.DONE
    assert cli.main(build) == cli.DONE
    assert "Waived: status_horizon" in capsys.readouterr().err
    assert verify(output / "latest") == ()
    assert "2026-12-01" in (output / "latest" / "tables" / "quality.csv").read_text()

    assert cli.main([*build, "--as-of", "2026-12-02"]) == cli.FAILED
    told = capsys.readouterr().err
    assert "ended on 2026-12-01" in told and "status_horizon" in told
    assert cli.main(["waive", "--withdraw", "waive-status-horizon-export-controls-xx-made-up-known-until", *who]) == 0
    assert cli.main(build) == cli.FAILED
