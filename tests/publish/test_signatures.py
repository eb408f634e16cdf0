"""A signed release is known by its signers; whatever else lies there is not taken for one."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from kakehashi.cli import DAMAGED, DONE, FAILED, main
from pipelines.errors import ReleaseError
from pipelines.publish.signatures import sign
from pipelines.publish.verify import verify

pytestmark = pytest.mark.skipif(
    subprocess.run(["which", "ssh-keygen"], capture_output=True, check=False).returncode != 0, reason="no OpenSSH here"
)


def a_key(folder: Path, name: str) -> Path:
    key = folder / name
    command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(key)]
    subprocess.run(command, check=True, capture_output=True)
    return key


def allowed(folder: Path, key: Path) -> Path:
    signers = folder / "signers"
    signers.write_text(f"release@example.org {key.with_suffix('.pub').read_text()}")
    return signers


def checks(release: Path, signers: Path | None) -> set[str]:
    return {finding.check for finding in verify(release, signers=signers)}


def test_a_signed_release_is_whole_with_and_without_signers(damaged: Path, tmp_path: Path) -> None:
    key = a_key(tmp_path, "key")
    assert main(["sign", str(damaged), "--key", str(key)]) == DONE
    assert checks(damaged, None) == set()
    assert checks(damaged, allowed(tmp_path, key)) == set()
    assert main(["verify", str(damaged), "--signers", str(tmp_path / "signers")]) == DONE
    sign(damaged, key)  # again, over the first
    assert checks(damaged, tmp_path / "signers") == set()


def test_what_is_no_signature_of_it_is_found(damaged: Path, tmp_path: Path) -> None:
    ours, theirs = a_key(tmp_path, "ours"), a_key(tmp_path, "theirs")
    signers = allowed(tmp_path, ours)
    assert checks(damaged, signers) == {"signed_by_a_signer"}  # none
    sign(damaged, theirs)
    assert checks(damaged, signers) == {"signed_by_a_signer"}  # somebody else's
    assert main(["verify", str(damaged), "--signers", str(signers)]) == DAMAGED
    sign(damaged, ours)
    sums = damaged / "SHA256SUMS"
    sums.write_text(sums.read_text().replace("0", "1", 1))
    assert {"signed_by_a_signer", "files_unchanged"} <= checks(damaged, signers)  # of other sums
    command = ["ssh-keygen", "-Y", "sign", "-q", "-f", str(ours), "-n", "mail", str(sums)]
    (damaged / "SHA256SUMS.sig").unlink()
    subprocess.run(command, check=True, capture_output=True)
    assert "signed_by_a_signer" in checks(damaged, signers)  # made for something else


def test_wrong_use_is_told(damaged: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ReleaseError, match="no such file"):
        sign(tmp_path, tmp_path / "key")
    assert main(["sign", str(damaged), "--key", str(tmp_path / "none")]) == FAILED
    assert "ssh-keygen -t ed25519" in capsys.readouterr().err
    assert main(["verify", str(damaged), "--signers", str(tmp_path / "none")]) == FAILED
    assert "allowed signers" in capsys.readouterr().err


def test_a_signature_that_cannot_be_made_leaves_the_old_one(damaged: Path, tmp_path: Path) -> None:
    key = a_key(tmp_path, "key")
    old = sign(damaged, key).read_bytes()
    with pytest.raises(ReleaseError, match="ssh-keygen"):
        sign(damaged, tmp_path / "none")
    (damaged / "README.md").write_text("other words")
    with pytest.raises(ReleaseError, match=r"a damaged or missing README\.md"):
        sign(damaged, key)
    assert (damaged / "SHA256SUMS.sig").read_bytes() == old


def test_what_killed_signing_left_goes_and_what_another_one_uses_stays(damaged: Path, tmp_path: Path) -> None:
    left, used = damaged.parent / ".signing-left", damaged.parent / ".signing-used"
    for folder in (left, used):
        folder.mkdir()
        (folder / "SHA256SUMS").write_text("")
    os.utime(left, (0, 0))
    sign(damaged, a_key(tmp_path, "key"))
    assert (left.exists(), used.exists()) == (False, True)
