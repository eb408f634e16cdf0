"""A detached signature of a release with an SSH key, and checking it against the signers that one trusts.

What belongs here: calling OpenSSH's own `ssh-keygen -Y`, which makes and checks signatures of files. What does not: the
hashes that are signed (`SHA256SUMS` names every other file, so its signature covers the release).
"""

from __future__ import annotations

import contextlib
import re
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from pipelines.errors import ReleaseError
from pipelines.publish.findings import Finding
from pipelines.publish.folder import SIGNATURE, SUMS, Folder

NAMESPACE = "kakehashi-release"
"""What a signature is for: one made for something else is none of a release."""
_PROGRAM = "ssh-keygen"
_SECONDS = 60
_ASIDE = ".signing-"


def sign(release: Path, key: Path) -> Path:
    """Sign a release.

    Args:
        release: Its folder.
        key: A private SSH key, or a public one whose private key the agent holds.

    Returns:
        The signature, `SHA256SUMS.sig` beside the sums.

    Raises:
        ReleaseError: No such release or key, a file of it is damaged, or OpenSSH refuses. An old signature stays then.
    """
    sums = release / SUMS
    if not sums.is_file():
        raise ReleaseError(str(sums), "no such file", "a whole release", "Name the folder of a release.")
    _refuse_damaged(release)
    beside = release.resolve().parent
    _sweep(beside)
    # Made aside: until the new signature is whole, the old one stays where it is.
    with tempfile.TemporaryDirectory(dir=beside, prefix=_ASIDE) as work:
        copy = Path(work) / SUMS
        copy.write_bytes(sums.read_bytes())
        made = Path(work) / SIGNATURE
        done = _run(["-Y", "sign", "-q", "-f", str(key), "-n", NAMESPACE, str(copy)], b"")
        if done.returncode or not made.is_file():
            remedy = "Name an SSH key that you can use (ssh-keygen -t ed25519 makes one)."
            raise ReleaseError(str(key), _last(done), "a signature", remedy)
        return made.replace(release / SIGNATURE)


def _sweep(folder: Path) -> None:
    """Remove what was left by signing that was killed; whoever signs at this moment keeps theirs."""
    for left in folder.glob(f"{_ASIDE}*"):
        with contextlib.suppress(OSError):
            if time.time() - left.stat().st_mtime > 10 * _SECONDS:
                shutil.rmtree(left, ignore_errors=True)


def _refuse_damaged(release: Path) -> None:
    folder = Folder(release)
    listed = folder.sums or {}
    wrong = [name for name, expected in listed.items() if folder.hashes.get(name) != expected]
    if wrong or not listed:
        found = f"a damaged or missing {wrong[0]}" if wrong else f"an unreadable {SUMS}"
        remedy = "Run `kakehashi verify` on it; build again or take a whole copy, then sign."
        raise ReleaseError(str(release), found, "files with the hashes that SHA256SUMS gives", remedy)


def check_signature(release: Path, signers: Path) -> list[Finding]:
    """Check the signature of a release.

    Args:
        release: Its folder.
        signers: Allowed signers, one a line as OpenSSH reads them: a principal (an e-mail address) and a public key.

    Returns:
        What is wrong, empty for a signature by one of them over these very sums.

    Raises:
        ReleaseError: No such file of signers, or no OpenSSH.
    """
    if not signers.is_file():
        raise ReleaseError(str(signers), "no such file", "allowed signers", "Name a file as `ssh-keygen -Y` reads it.")
    signature, sums = release / SIGNATURE, release / SUMS
    if not signature.is_file():
        return [Finding("signed_by_a_signer", SIGNATURE, "no signature", "one by a signer that is trusted")]
    if not sums.is_file():
        return []  # files_present tells it
    found = _run(["-Y", "find-principals", "-f", str(signers), "-s", str(signature)], b"")
    principals = [line for line in found.stdout.decode(errors="replace").splitlines() if line.strip()]
    for principal in principals:
        arguments = ["-Y", "verify", "-f", str(signers), "-I", principal, "-n", NAMESPACE, "-s", str(signature)]
        if _run(arguments, sums.read_bytes()).returncode == 0:
            return []
    why = "another text was signed, or for another purpose" if principals else "a signature of somebody else"
    return [Finding("signed_by_a_signer", SIGNATURE, why, f"a signature by one of {signers.name}")]


def _run(arguments: list[str], given: bytes) -> subprocess.CompletedProcess[bytes]:
    program = shutil.which(_PROGRAM)
    if program is None:
        raise ReleaseError(_PROGRAM, "not installed", "OpenSSH 8.1 or later", "Install openssh-client.")
    # No terminal: a key with a passphrase is asked of the agent, never of a build that nobody watches.
    return subprocess.run(  # noqa: S603 - our own words, and paths that are arguments
        [program, *arguments], input=given, capture_output=True, timeout=_SECONDS, check=False
    )


def _last(done: subprocess.CompletedProcess[bytes]) -> str:
    lines = [line for line in done.stderr.decode(errors="replace").splitlines() if line.strip()]
    return re.sub(r"\s+", " ", lines[-1])[:160] if lines else f"exit code {done.returncode}"
