"""The engine that a manifest names."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from typing import TYPE_CHECKING

from assay.config import Platform
from assay.steps.connections import spark_place

if TYPE_CHECKING:
    from assay.engine import Rows


def engine_of(platform: Platform) -> Callable[[list[str]], AbstractContextManager[Rows]]:
    """What opens the files of a table in the manifest's engine.

    Raises:
        ConfigError: If it names a connection that isn't there, or is of something else.
        SourceUnavailable: If Spark can't be reached or started.
    """
    if platform.engine.type == "duckdb":
        from assay.engine import DuckRows

        return DuckRows
    from assay.engine.spark import SparkRows
    from assay.sources.databases.spark import reaching, session_of, shown

    where = spark_place(platform.engine.connection)
    return partial(SparkRows, session=session_of(where), place=shown(where), reaching=reaching)
