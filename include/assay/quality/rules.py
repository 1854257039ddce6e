"""Great Expectations types of the project's own: keys between assets, dependencies, freshness, likeness to earlier days.

The classes decide as Great Expectations' own do, from metrics that `reaching` computes.
"""

from __future__ import annotations

from typing import Any, Literal

from great_expectations.expectations.expectation import (
    ColumnAggregateExpectation,
    ColumnMapExpectation,
    MulticolumnMapExpectation,
)
from great_expectations.expectations.metrics.metric_provider import MetricProvider
from great_expectations.expectations.registry import register_metric

from assay.quality.engine import PartitionEngine

_ROWS = ("batch_id", "table", "row_condition", "condition_parser")
_COLUMN, _COLUMNS = (*_ROWS, "column"), (*_ROWS, "column_list", "ignore_row_if")


class ExpectColumnValuesToExistInAsset(ColumnMapExpectation):  # type: ignore[misc]
    """Every value is found in a column of another asset."""

    asset: str
    to_column: str

    map_metric = "column_values.exist_in_asset"
    success_keys = ("mostly", "asset", "to_column")


class ExpectCompoundColumnsToExistInAsset(MulticolumnMapExpectation):  # type: ignore[misc]
    """Every combination of values is found in columns of another asset."""

    asset: str
    to_columns: list[str]
    ignore_row_if: Literal["any_value_is_missing"] = "any_value_is_missing"

    map_metric = "compound_columns.exist_in_asset"
    success_keys = ("mostly", "asset", "to_columns")


class ExpectColumnValuesToBeDeterminedBy(ColumnMapExpectation):  # type: ignore[misc]
    """Rows that agree in the determining columns agree in this one."""

    determined_by: list[str]

    map_metric = "column_values.determined_by"
    success_keys = ("mostly", "determined_by")


class _AtMost(ColumnAggregateExpectation):  # type: ignore[misc]
    """A column's number is there and at most as large as a limit."""

    limit = ""

    def _validate(self, metrics: dict[str, Any], runtime_configuration: Any = None,
                  execution_engine: Any = None) -> dict[str, Any]:
        (seen,) = (metrics[name] for name in self.metric_dependencies)
        return {"success": seen is not None and seen <= self._get_success_kwargs()[self.limit],
                "result": {"observed_value": seen}}


class ExpectColumnNewestTimeToBeWithinHours(_AtMost):
    """The newest time lies at most so many hours before the end of the partition's day."""

    max_hours: float
    day_end: str

    limit = "max_hours"
    metric_dependencies = ("column.hours_behind",)
    success_keys = ("max_hours", "day_end")


class ExpectColumnDistributionToResembleEarlierPartitions(_AtMost):
    """The distribution of values is near that of the asset's last partitions together."""

    max_distance: float
    partitions: int

    limit = "max_distance"
    metric_dependencies = ("column.distance_to_earlier",)
    success_keys = ("max_distance", "partitions")


def _register(metric: str, domain: tuple[str, ...], *arguments: str) -> None:
    register_metric(metric_name=metric, metric_domain_keys=domain, metric_value_keys=arguments,
                    execution_engine=PartitionEngine, metric_class=MetricProvider, metric_provider=None)


def _register_rows(metric: str, domain: tuple[str, ...], *arguments: str) -> None:
    """The metrics that Great Expectations derives from one on rows."""
    _register(f"{metric}.unexpected_count", domain, *arguments)
    _register(f"{metric}.unexpected_values", domain, *arguments, "result_format")
    _register(f"{metric}.filtered_row_count", domain, *arguments, "result_format")


_register_rows("column_values.exist_in_asset", _COLUMN, "asset", "to_column")
_register_rows("compound_columns.exist_in_asset", _COLUMNS, "asset", "to_columns")
_register_rows("column_values.determined_by", _COLUMN, "determined_by")
_register("column.hours_behind", _COLUMN, "day_end")
_register("column.distance_to_earlier", _COLUMN, "partitions")
