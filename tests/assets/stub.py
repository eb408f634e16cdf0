"""Stages of a build without any work in them, for tests of what stands around them."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from pipelines.errors import KakehashiError
from schemas import contract

RELEASED_ON = dt.date(2026, 3, 4)


def source(source_id: str = "example-2026", **cells: Any) -> dict[str, Any]:
    """A row of `sources` with every required cell."""
    row = {
        "source_id": source_id, "publisher": "Example Daily", "tier": "press", "distrusted": False,
        "witness_id": source_id, "n_statements": 0, "url": "https://example.org/a",
    }  # fmt: skip
    return row | cells


def empty_tables(**rows: list[dict[str, Any]]) -> dict[str, pd.DataFrame]:
    """Every table of the contract, with the rows given and one source."""
    return {name: contract.frame(name, {"sources": [source()], **rows}.get(name, ())) for name in contract.TABLES}


def stub_stages(patch: pytest.MonkeyPatch, tables: dict[str, pd.DataFrame], input_sha256: str = "0" * 64) -> list[str]:
    """Put stages in place of `pipelines.build` that give these tables; returns the names of those called."""
    called: list[str] = []
    module = ModuleType("pipelines.build")

    def ingest(inputs: Any, memory: Any = None) -> Any:
        called.append("ingest")
        if not Path(inputs.raw).is_dir():
            raise KakehashiError(str(inputs.raw), "no folder", "a raw folder", "Name it with --raw DIR.")
        return SimpleNamespace(
            newest_date=lambda: RELEASED_ON,
            documents=(),
            tables=(),
            sources={},
            quarantined=(),
            hashes={"inbox/a": "b"},
        )

    def state(raw: Any, memory: Any = None) -> Any:
        called.append("state")
        return SimpleNamespace(claims=(), readings=(), quarantined=())

    def resolve(inputs: Any, raw: Any, stated: Any) -> Any:
        called.append("resolve")
        return SimpleNamespace(claims=(), sources={}, review=())

    def weigh(stated: Any, resolved: Any) -> Any:
        called.append("weigh")
        return SimpleNamespace(rows={}, conflicts=(), review=())

    def finish(inputs: Any, *stages: Any) -> Any:
        called.append("finish")
        assert len(stages) == 4
        n_quarantined = len(tables["quarantine"])
        return SimpleNamespace(
            tables=tables, released_on=inputs.as_of or RELEASED_ON, input_sha256=input_sha256,
            n_quarantined=n_quarantined, own_use=inputs.own_use, withheld=frozenset(), waivers=(),
        )  # fmt: skip

    def inputs(raw: Path, reference: Path | None = None, as_of: dt.date | None = None, own_use: bool = False) -> Any:
        return SimpleNamespace(raw=raw, reference=reference, as_of=as_of, own_use=own_use)

    for name, value in {
        "ingest": ingest, "state": state, "resolve": resolve, "weigh": weigh, "finish": finish, "Inputs": inputs,
    }.items():  # fmt: skip
        setattr(module, name, value)
    patch.setitem(sys.modules, "pipelines.build", module)
    import pipelines

    patch.setattr(pipelines, "build", module, raising=False)
    return called
