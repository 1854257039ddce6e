"""The one Great Expectations context of a process, suites in its terms, and their results on a partition."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pyarrow as pa

from assay.quality.expectations import Expectation
from assay.quality.partition import Partition
from assay.quality.suite import Suite

# What a suite calls a comparison -> Great Expectations' method for it.
_METHODS = {"equals": "__eq__", "differs_from": "__ne__", "above": "__gt__", "at_least": "__ge__", "below": "__lt__",
            "at_most": "__le__", "in_set": "is_in", "not_in_set": "is_not_in"}
# Counts over all rows, and no list of the values that fail: those could be personal.
RESULT_FORMAT = {"result_format": "BASIC", "partial_unexpected_count": 0}


@dataclass(frozen=True)
class Planned:
    """An expectation and what it has to know of a partition.

    Attributes:
        expectation: Of Great Expectations.
        metrics: Name, configuration and id of each metric that it decides from.
        format: Its result format, filled in.
    """

    expectation: Any
    metrics: tuple[tuple[str, Any, Any], ...]
    format: dict[str, Any]


@dataclass(frozen=True)
class Outcome:
    """What Great Expectations says of one expectation.

    Attributes:
        planned: The expectation.
        answer: Its `success` and `result`; None where a metric that it needs can't be computed.
    """

    planned: Planned
    answer: dict[str, Any] | None


def open_context() -> Any:
    """A context that lives in memory, sends no usage statistics and draws no progress bars."""
    os.environ["GX_ANALYTICS_ENABLED"] = "False"  # read when the package is imported
    import great_expectations as gx

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False, "metric_calculations": False}
    for name, site in list((context.variables.data_docs_sites or {}).items()):  # pages in a temporary folder nobody reads
        context.delete_data_docs_site(name)
        shutil.rmtree(site["store_backend"]["base_directory"], ignore_errors=True)
    return context


@lru_cache(maxsize=1)
def _context() -> Any:
    """The context that all validations of a process share: one costs more than a validation."""
    return open_context()


def to_gx(expected: Expectation, source_partition: str) -> Any:
    """`expected` as Great Expectations' own class of that name, about the partition of that label."""
    from great_expectations.expectations.registry import get_expectation_impl

    import assay.quality.rules  # noqa: F401  registers the project's own types

    kind: Any = get_expectation_impl(expected.expectation)
    conditions = [_condition(*condition.resolved(source_partition)) for condition in expected.where or ()]
    only = {"row_condition": conditions[0] if len(conditions) == 1 else _all_of(conditions)} if conditions else {}
    if expected.sentence:
        only["description"] = (expected.sentence + expected.condition).replace("$", "$$")  # it is a template
    return kind(**expected.arguments(source_partition), **only, severity=str(expected.severity),
                meta={"dimension": str(expected.dimension)})


def _condition(column: str, word: str, value: Any) -> Any:
    """One condition in Great Expectations' terms."""
    from great_expectations.expectations.row_conditions import Column

    if word == "missing":
        return Column(column).is_null() if value else Column(column).is_not_null()
    return getattr(Column(column), _METHODS[word])(value)


def _all_of(conditions: list[Any]) -> Any:
    from great_expectations.expectations.row_conditions import AndCondition

    return AndCondition(conditions=conditions)


def run(partition: Partition, suite: Suite, source_partition: str) -> list[Outcome]:
    """What each expectation of `suite` comes to on `partition`, in the suite's order.

    Every metric that they ask for is computed once. The graph that Great Expectations would build of them for each partition
    takes longer than a small partition's data.

    Args:
        partition: Open, with every column that the suite names.
        suite: What is expected.
        source_partition: Label of the partition, which bounds in days refer to.
    """
    _context()
    from assay.quality.engine import PartitionEngine

    engine = PartitionEngine(partition)
    planned = [_plan(expected, source_partition, partition.schema, engine) for expected in suite.expectations]
    wanted = {key: metric for plan in planned for _, metric, key in plan.metrics}
    values = engine.resolve_metrics(wanted.values())
    return [Outcome(plan, _decide(plan, values, engine)) for plan in planned]


_MOST_PLANS = 4096
_PLANS: dict[tuple[str, str, pa.Schema], Planned] = {}


def _plan(expected: Expectation, source_partition: str, schema: pa.Schema, engine: Any) -> Planned:
    """`expected` with its metrics; kept, since Great Expectations takes milliseconds for each, and partitions are many."""
    text = expected.model_dump_json()
    key = (text, source_partition if expected.moves else "", schema)
    if key not in _PLANS:
        if len(_PLANS) >= _MOST_PLANS:
            _PLANS.clear()
        expectation = to_gx(expected, source_partition)
        needs = expectation.get_validation_dependencies(engine, {"result_format": RESULT_FORMAT})
        metrics = tuple((name, metric, metric.id) for name, metric in needs.metric_configurations.items())
        _PLANS[key] = Planned(expectation, metrics, needs.result_format)
    return _PLANS[key]


def _decide(plan: Planned, values: dict[Any, Any], engine: Any) -> dict[str, Any] | None:
    if any(key not in values for _, __, key in plan.metrics):
        return None
    try:
        answer: dict[str, Any] = {"result": {}} | plan.expectation._validate(
            metrics={name: values[key] for name, _, key in plan.metrics},
            runtime_configuration={"result_format": plan.format}, execution_engine=engine)
    except (TypeError, ValueError):  # a bound of another type than the metric's
        return None
    return answer
