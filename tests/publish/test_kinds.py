"""The kinds of damage that the tests do to a release: enough of them, to every kind of file, found by every check."""

from __future__ import annotations

import test_forms
import test_verify

from pipelines.publish.verify import RELEASE_CHECKS

LEAST = 30


def test_there_are_enough_kinds_of_damage() -> None:
    in_files = {**test_verify.DAMAGES, **test_forms.DAMAGES}
    assert len(in_files) == len(test_verify.DAMAGES) + len(test_forms.DAMAGES) >= LEAST
    assert {check for check, _ in in_files.values()} == RELEASE_CHECKS.keys()
    assert len({check for check, _ in (*in_files.values(), *test_verify.WRONG_ROWS.values())}) >= LEAST
