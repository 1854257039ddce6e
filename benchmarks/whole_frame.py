"""Great Expectations as it comes, on a partition read whole into a pandas frame: what the engine on files is held to."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import pyarrow as pa

from assay.quality.frames import to_frame
from assay.quality.session import RESULT_FORMAT, open_context, to_gx
from assay.quality.suite import Suite


def validate_frame(table: pa.Table, suite: Suite, source_partition: str) -> list[Any]:
    """Great Expectations' own results on `table`, in the order of `suite`; None where one raised an exception."""
    batches = _batches()
    import great_expectations as gx

    made = [to_gx(expected, source_partition) for expected in suite.expectations]
    for place, expectation in enumerate(made):
        expectation.meta = {"place": place}
    found = batches.get_batch(batch_parameters={"dataframe": to_frame(table)}).validate(
        gx.ExpectationSuite(name="suite", expectations=made), result_format=RESULT_FORMAT)
    by_place = {result.expectation_config.meta["place"]: result for result in found.results}
    return [None if _raised(by_place[place].exception_info) else by_place[place] for place in range(len(made))]


@lru_cache(maxsize=1)
def _batches() -> Any:
    """The batch definition that all validations of a process share: a context costs more than a validation."""
    return open_context().data_sources.add_pandas(name="frames").add_dataframe_asset(
        name="table").add_batch_definition_whole_dataframe("whole")


def _raised(info: dict[str, Any]) -> bool:
    """Whether a result comes from an exception; Great Expectations nests them by metric where a metric failed."""
    if "raised_exception" in info:
        return bool(info["raised_exception"])
    return any(bool(inner.get("raised_exception")) for inner in info.values() if isinstance(inner, dict))
