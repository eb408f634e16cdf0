"""How Dagster's events are stored on one machine: its SQLite event log with one engine a process.

What belongs here: the class that `dagster.yaml` names. What does not: where the history lives (`history`). It stands
apart because it needs SQLAlchemy, which loading the definitions does not.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import Any, Self

import sqlalchemy
from dagster import EventLogEntry
from dagster._core.storage.event_log import ConsolidatedSqliteEventLogStorage
from dagster._core.storage.event_log.polling_event_watcher import SqlPollingEventWatcher
from dagster._serdes import ConfigurableClassData

from assets.history import HISTORY_VARIABLE, HOME


class History(ConsolidatedSqliteEventLogStorage):
    """Dagster's SQLite event log with one engine a process and one transaction an event.

    The stock class makes a new engine for every event and so compiles every statement anew, and looks for the tables
    of checks before every check: 44 tables with their checks cost seven seconds a build instead of one.
    """

    @cached_property
    def _mine(self) -> threading.local:
        """The connection in which this thread stores an event, while it does."""
        return threading.local()

    @cached_property
    def _tables_there(self) -> set[str]:
        return set()

    @classmethod
    def config_type(cls) -> dict[str, Any]:
        """No settings in `dagster.yaml`: Dagster's own commands must work in the project's folder as it stands."""
        return {}

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData, config_value: Mapping[str, Any]) -> Self:
        """Return the event log of the history that the environment names, else of the project's own."""
        return cls(os.environ.get(HISTORY_VARIABLE) or str(HOME / "history"), inst_data=inst_data)

    def has_table(self, table_name: str) -> bool:
        """Whether the database has a table; one that was there stays."""
        if table_name not in self._tables_there and super().has_table(table_name):
            self._tables_there.add(table_name)
        return table_name in self._tables_there

    def store_event(self, event: EventLogEntry) -> None:
        """Store an event and what follows from it, whole or not at all."""
        with self._connect() as connection:
            self._mine.connection = connection
            try:
                super().store_event(event)
            finally:
                del self._mine.connection

    @cached_property
    def _engine(self) -> sqlalchemy.Engine:
        engine = sqlalchemy.create_engine(
            self._conn_string, connect_args={"timeout": 60, "check_same_thread": False}, pool_size=5
        )

        # With a write-ahead log a crash of the machine may lose the last events, never the file.
        @sqlalchemy.event.listens_for(engine, "connect")
        def relax(connection: Any, _: Any) -> None:
            connection.execute("PRAGMA synchronous=NORMAL")

        return engine

    @contextmanager
    def _connect(self) -> Iterator[sqlalchemy.Connection]:
        mine = getattr(self._mine, "connection", None)
        if mine is not None:
            yield mine
            return
        with self._engine.begin() as connection:
            yield connection

    @cached_property
    def _watcher(self) -> SqlPollingEventWatcher:
        return SqlPollingEventWatcher(self)

    def watch(self, run_id: str, cursor: str | None, callback: Callable[[Any, str], None]) -> None:
        """Tell a listener of new events by asking: with a write-ahead log the file's time of change says nothing."""
        self._watcher.watch_run(run_id, cursor, callback)

    def end_watch(self, run_id: str, handler: Callable[[Any, str], None]) -> None:
        """Stop telling a listener."""
        self._watcher.unwatch_run(run_id, handler)

    def dispose(self) -> None:
        """Close what is open."""
        if "_watcher" in self.__dict__:
            self._watcher.close()
        if "_engine" in self.__dict__:
            self._engine.dispose()
