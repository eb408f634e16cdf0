"""Failures in words: from the pipeline's typed errors to Dagster, and from a finished run to sentences.

What belongs here: translation only. What does not: deciding what is a failure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import dagster as dg

from pipelines.errors import KakehashiError


@contextmanager
def in_words() -> Iterator[None]:
    """Let a step fail with the sentence of a typed error, its parts beside it, instead of a stack trace.

    Raises:
        dagster.Failure: Instead of a KakehashiError inside.
    """
    try:
        yield
    except KakehashiError as error:
        raise dg.Failure(
            str(error),
            metadata={
                "where": error.where,
                "found": error.found,
                "expected": error.expected,
                "what to do": error.remedy,
            },
            allow_retries=False,
        ) from error


def failure_words(result: dg.ExecuteInProcessResult) -> tuple[str, ...]:
    """Say why a run failed, one sentence a cause; empty for a run that succeeded."""
    if result.success:
        return ()
    return words_of(result.all_events) or ("The run stopped before any step could say why; look at it in the UI.",)


def words_of(events: Iterable[dg.DagsterEvent]) -> tuple[str, ...]:
    """Say what failed in the events of a run, one sentence a cause; empty where none of them says so."""
    words: list[str] = []
    for event in events:
        if event.event_type == dg.DagsterEventType.ASSET_CHECK_EVALUATION:
            evaluation = event.asset_check_evaluation_data
            if not evaluation.passed and evaluation.blocking and evaluation.severity == dg.AssetCheckSeverity.ERROR:
                table = evaluation.asset_key.to_user_string()
                words.append(f"{table}: {evaluation.description or evaluation.check_name}")
        elif event.is_step_failure:
            words.extend(_step_words(event))
    return tuple(words)


def _step_words(event: dg.DagsterEvent) -> Iterator[str]:
    data = event.step_failure_data
    if data.user_failure_data is not None and data.user_failure_data.description:
        yield data.user_failure_data.description
    elif data.error is not None:
        cause = data.error.cause or data.error
        # A failed blocking check has spoken for itself already.
        if cause.cls_name != "DagsterAssetCheckFailedError":
            yield f"step {event.step_key}: {cause.message.strip()}"
