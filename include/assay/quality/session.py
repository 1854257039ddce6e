"""The one Great Expectations context of a process, and suites in its terms."""

from __future__ import annotations

import os
import shutil
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from assay.quality.suite import Suite

if TYPE_CHECKING:
    import pandas as pd

# Counts over all rows, and no list of the values that fail: those could be personal.
RESULT_FORMAT = {"result_format": "BASIC", "partial_unexpected_count": 0}


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


def add_frame(context: Any, asset_id: str) -> Any:
    """A batch definition over whole frames of the asset."""
    return context.data_sources.add_pandas(name="snapshot").add_dataframe_asset(
        name=asset_id).add_batch_definition_whole_dataframe("partition")


@lru_cache(maxsize=1)
def _batches() -> Any:
    """The batch definition that all validations of a process share: a context costs more than a validation."""
    return add_frame(open_context(), "table")


def to_gx(suite: Suite, name: str, source_partition: str) -> Any:
    """`suite` as a Great Expectations suite; each expectation carries its place in `meta`, since results are reordered."""
    import great_expectations as gx
    import great_expectations.expectations as gxe

    made = []
    for place, expected in enumerate(suite.expectations):
        kind = getattr(gxe, "".join(part.capitalize() for part in expected.expectation.split("_")))
        made.append(kind(**expected.arguments(source_partition), severity=str(expected.severity),
                         meta={"place": place, "dimension": str(expected.dimension)}))
    return gx.ExpectationSuite(name=name, expectations=made)


def run(frame: pd.DataFrame, suite: Suite, source_partition: str) -> dict[int, Any]:
    """The result of each expectation of `suite` on `frame`, by its place in the suite."""
    batch = _batches().get_batch(batch_parameters={"dataframe": frame})
    outcome = batch.validate(to_gx(suite, "suite", source_partition), result_format=RESULT_FORMAT)
    return {result.expectation_config.meta["place"]: result for result in outcome.results}
