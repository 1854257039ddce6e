"""Task `usage`: what the platform's query logs say of its assets, and what flows between them by logs and catalogues."""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import version
from typing import TYPE_CHECKING

import pyarrow as pa

from assay.config.manifest import QueryLog
from assay.contracts.refs import ArtifactRef, Night
from assay.errors import SourceUnavailable, UnreadableData
from assay.steps.frame import Frame, open_frame

if TYPE_CHECKING:
    from assay.catalog.usage.digest import Span
    from assay.catalog.usage.tables import Trouble, UsageTables

logger = logging.getLogger(__name__)

_MODULES = ("assay.steps.usage", "assay.catalog.usage", "assay.sources.query_logs")


@dataclass
class _Log:
    """What could be read of one log."""

    said: QueryLog
    parts: list[pa.Table] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)

    @property
    def fingerprint(self) -> str:
        """Of everything that the night may see of it."""
        sink = hashlib.sha256(self.said.dialect.encode())
        for trouble in self.troubles:
            sink.update(repr(trouble).encode())
        for part in self.parts:
            buffer = pa.BufferOutputStream()
            with pa.ipc.new_stream(buffer, part.schema) as stream:
                stream.write_table(part.combine_chunks())
            sink.update(buffer.getvalue())
        return sink.hexdigest()


def usage(night: Night) -> list[ArtifactRef]:
    """Publish what the logs say up to the end of the night's partition.

    A log that can't be read is a row of `log_coverage` with its reason; the others are used without it. Flows that catalogues
    declare stand in `lineage` beside those of the logs.

    Args:
        night: The run.

    Returns:
        Contracts `usage`, `lineage` and `log_coverage`, in this order. The first has no row where there is no log.
    """
    from assay.catalog.usage.digest import WINDOW_DAYS, Span
    from assay.catalog.usage.tables import with_declared
    from assay.contracts.schemas import DECLARED_LINEAGE, LINEAGE, LOG_COVERAGE, USAGE

    with open_frame("usage", night.platform, night.partition, _MODULES) as frame:
        span = Span(dt.date.fromisoformat(night.partition), frame.platform.timezone)
        logs = [_load(said, span) for said in frame.platform.query_logs]
        for trouble in (trouble for log in logs for trouble in log.troubles):
            logger.warning("query log %s: %s", trouble.name, trouble.reason)
        inputs = [night.discovered.fingerprint, *(log.fingerprint for log in logs)] if logs else []
        config = {"partition": night.partition, "timezone": span.timezone, "window": WINDOW_DAYS, "sqlglot": version("sqlglot"),
                  "groups": {name: asset.model_dump(mode="json", include={"groups", "key"})
                             for name, asset in frame.platform.assets.items() if asset.groups}} if logs else {}
        declared = frame.store.find(DECLARED_LINEAGE, night.platform, night.partition)
        made: list[UsageTables] = []

        def result() -> UsageTables:
            if not made:
                made.append(_tables(logs, span, night, frame))
            return made[0]

        return [
            frame.publish(USAGE, lambda: result().usage, inputs=inputs, config=config),
            frame.publish(LINEAGE, lambda: with_declared(result().lineage, frame.store.read(declared) if declared else None),
                          inputs=[*inputs, *([declared.fingerprint] if declared else [])], config=config),
            frame.publish(LOG_COVERAGE, lambda: result().coverage, inputs=inputs, config=config),
        ]


def _load(said: QueryLog, span: Span) -> _Log:
    """Everything of a log that the night may see, and what stands in the way of the rest."""
    from assay.catalog.usage.digest import until
    from assay.catalog.usage.entries import entries_of, find_columns
    from assay.catalog.usage.tables import Trouble
    from assay.sources.query_logs import log_files

    log = _Log(said)
    names = {"sql": said.sql, "user": said.user, "time": said.time}
    try:
        files = log_files(said.path)
    except SourceUnavailable as error:
        log.troubles.append(Trouble("unreadable_log", said.path, str(error)))
        return log
    for file in files:
        try:
            rows = file.read(partial(_wanted, names, file.name))
            entries, lost = entries_of(rows, find_columns(rows.column_names, names, file.name), span.timezone)
        except (SourceUnavailable, UnreadableData) as error:
            log.troubles.append(Trouble("unreadable_log", file.name, str(error)))
            continue
        if lost:
            log.troubles.append(Trouble("unusable_rows", file.name, "they hold no statement, or a time that is none", lost))
        log.parts.append(until(entries, span))
    return log


def _wanted(names: Mapping[str, str | None], location: str, found: Sequence[str]) -> list[str]:
    """The columns of a file that are entries' own."""
    from assay.catalog.usage.entries import find_columns

    return find_columns(found, names, location).names


def _tables(logs: list[_Log], span: Span, night: Night, frame: Frame) -> UsageTables:
    """What the logs say of the assets that the night has discovered."""
    from assay.catalog.usage.digest import digest
    from assay.catalog.usage.names import catalogue_of
    from assay.catalog.usage.tables import no_log, usage_tables

    troubles = [trouble for log in logs for trouble in log.troubles]
    if not any(log.parts for log in logs):
        return no_log(troubles)
    seen = digest([(log.said.dialect, log.parts) for log in logs], span)
    return usage_tables(seen, catalogue_of(frame.store.read(night.discovered), frame.platform), span, troubles)
