"""A Great Expectations engine that answers metrics from a partition's files instead of from a frame in memory.

Great Expectations asks an engine for metrics and decides from their values. This one is asked the same as that for pandas, and
gives the same answers (`metrics`), each computed over the whole partition.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

import duckdb
from great_expectations.execution_engine.pandas_execution_engine import PandasExecutionEngine
from great_expectations.expectations.row_conditions import (
    AndCondition,
    ComparisonCondition,
    Condition,
    NullityCondition,
    Operator,
    OrCondition,
    deserialize_row_condition,
)
from great_expectations.validator.metric_configuration import MetricConfiguration

from assay.quality.asking import Arguments, Ask, Domain
from assay.quality.metrics import find_metric
from assay.quality.partition import Partition
from assay.quality.reading import as_sql, comparable

logger = logging.getLogger(__name__)

_SIGNS = {Operator.EQUAL: "=", Operator.NOT_EQUAL: "<>"}


class PartitionEngine(PandasExecutionEngine):  # type: ignore[misc]
    """Metrics of one open partition.

    Args:
        partition: The partition.
    """

    def __init__(self, partition: Partition) -> None:
        super().__init__()
        self._partition = partition

    def resolve_metrics(self, metrics_to_resolve: Iterable[MetricConfiguration], metrics: Any = None,
                        runtime_configuration: dict[str, Any] | None = None) -> dict[Any, Any]:
        """The value of each metric that can be computed, by its id; what can be counted in passing in one scan.

        A metric that can't be computed, say the mean of texts, is left out, and harms no other.
        """
        found: dict[Any, Any] = {}
        asks: dict[Any, Ask] = {}
        for metric in metrics_to_resolve:
            try:
                answer = find_metric(metric.metric_name)(self._partition, self._domain(metric.metric_domain_kwargs),
                                                         metric.metric_value_kwargs)
            except (TypeError, ValueError, duckdb.Error) as error:
                logger.debug("%s: %s", metric.metric_name, error)
                continue
            (asks if isinstance(answer, Ask) else found)[metric.id] = answer
        return found | self._scan(asks)

    def _scan(self, asks: dict[Any, Ask]) -> dict[Any, Any]:
        """Every ask's metric from one scan; where that fails, each from its own."""
        if not asks:
            return {}
        columns = list(dict.fromkeys(sql for ask in asks.values() for sql in ask.sql))
        try:
            values = dict(zip(columns, self._partition.row(f"select {', '.join(columns)} from part"), strict=True))
        except duckdb.Error as error:
            if len(asks) > 1:
                return {key: value for one, ask in asks.items() for key, value in self._scan({one: ask}).items()}
            logger.debug("%s", error)
            return {}
        found = {}
        for key, ask in asks.items():
            try:
                found[key] = ask.finish(*(values[sql] for sql in ask.sql))
            except TypeError as error:
                logger.debug("%s", error)
        return found

    def _domain(self, given: Arguments) -> Domain:
        names = [given[key] for key in ("column", "column_A", "column_B") if given.get(key)]
        names += given.get("column_list") or ()
        condition = deserialize_row_condition(given.get("row_condition"))  # it comes as a mapping
        where = self.condition_to_filter_clause(condition) if condition is not None else "true"
        return Domain(tuple(self._partition.columns[name] for name in names), where, given.get("ignore_row_if"))

    def _comparison_condition_to_filter_clause(self, condition: ComparisonCondition) -> str:
        column, operator = self._partition.columns[condition.column.name], Operator(condition.operator)
        several = operator in (Operator.IN, Operator.NOT_IN)
        values = list(condition.parameter) if several else [condition.parameter]
        if not all(comparable(column.kind, value) for value in values):
            raise TypeError(f"{column.kind} can't be compared")
        listed = ", ".join(as_sql(value) for value in values)
        if several:
            return f"({column.sql}) {'' if operator is Operator.IN else 'not '}in ({listed})"
        return f"({column.sql}) {_SIGNS.get(operator, str(operator))} {listed}"

    def _nullity_condition_to_filter_clause(self, condition: NullityCondition) -> str:
        return f"({self._partition.columns[condition.column.name].sql}) is {'' if condition.is_null else 'not '}null"

    def _and_condition_to_filter_clause(self, condition: AndCondition) -> str:
        return self._joined(condition.conditions, "and")

    def _or_condition_to_filter_clause(self, condition: OrCondition) -> str:
        return self._joined(condition.conditions, "or")

    def _joined(self, conditions: Iterable[Condition], word: str) -> str:
        return "(" + f" {word} ".join(self.condition_to_filter_clause(each) for each in conditions) + ")"
