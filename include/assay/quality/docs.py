"""Great Expectations' own pages (Data Docs) on one partition of one asset, as files that open from disk."""

from __future__ import annotations

import html
import re
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from assay.quality.partition import Other, open_partition
from assay.quality.session import open_context, to_gx
from assay.quality.suite import Suite
from assay.quality.terms import Reference
from assay.quality.validate import Finding, examine

FRONT_PAGE = "index.html"
_SITE = "docs"
_NO_DAY = "1970-01-01"  # stands for the label of an asset without partitions
_FETCHED = re.compile(r"\?d=\d{8}T\d{6}\.\d+Z")  # when a page was made, behind the address of a picture
_CHANCE = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")  # names of parts that fold
_LINKS = re.compile(r"""(?:href|src)=["']([^"'#?]+)["']|url\(["']?([^"')?]+)""")


def build_docs(data: Sequence[str] | pa.Table, suite: Suite | None, asset_id: str, source_partition: str, *,
               others: Mapping[Reference, Other] | None = None) -> dict[str, bytes]:
    """A static site: `index.html`, the suite, and the results on a partition.

    The list of results on Great Expectations' own front page (kept as `overview.html`) is drawn by scripts from the network;
    `index.html` therefore is a plain page of links, which works without one.

    Pages show counts and aggregates, never the values that failed. Runs carry the partition's label as their time, and
    what Great Expectations draws by the clock or by chance is taken out, so that equal results give equal bytes. Pictures and
    fonts that no page refers to are left out.

    Args:
        data: Parquet files of the partition, or a table in memory.
        suite: What is expected; None stands for what holds for any asset.
        asset_id: The asset.
        source_partition: Label of the partition.
        others: Partitions that expectations compare it with.

    Returns:
        Content by path below the site's folder.
    """
    with open_partition(data, others) as partition:
        found = examine(partition, suite, source_partition)
    results = [_result(finding, source_partition) for finding in found]
    with tempfile.TemporaryDirectory(prefix="assay-docs-") as folder:
        _render(results, asset_id, source_partition, folder)
        files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(Path(folder).rglob("*"))
                 if path.is_file()}
    steady = {name: _steady(content) if name.endswith(".html") else content for name, content in files.items()}
    return _referred(_with_plain_index(steady, asset_id, source_partition))


def _result(finding: Finding, source_partition: str) -> Any:
    """A finding as Great Expectations' own result."""
    from great_expectations.core.expectation_validation_result import ExpectationValidationResult

    outcome = finding.outcome
    if outcome is not None and outcome.answer is not None:
        return outcome.planned.expectation._build_evr(raw_response=outcome.answer)
    words = finding.problem or "it can't be computed on columns of this type"
    why = {"raised_exception": True, "exception_message": words, "exception_traceback": ""}
    return ExpectationValidationResult(success=False, result={}, exception_info=why,
                                       expectation_config=to_gx(finding.expected, source_partition).configuration)


def _render(results: list[Any], asset_id: str, source_partition: str, folder: str) -> None:
    """Write Great Expectations' pages on `results` into `folder`."""
    import great_expectations as gx
    from great_expectations.core.expectation_validation_result import ExpectationSuiteValidationResult
    from great_expectations.core.run_identifier import RunIdentifier
    from great_expectations.data_context.types import resource_identifiers as ids
    from great_expectations.validator.validator import calc_validation_statistics

    context = open_context()
    context.add_data_docs_site(_SITE, {
        "class_name": "SiteBuilder", "show_how_to_buttons": False,
        "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
        "store_backend": {"class_name": "TupleFilesystemStoreBackend", "base_directory": folder},
    })
    context.suites.add(gx.ExpectationSuite(name=asset_id, expectations=[
        result.expectation_config.to_domain_obj() for result in results]))
    day = datetime.fromisoformat(source_partition or _NO_DAY).replace(tzinfo=UTC)
    run_id, sums = RunIdentifier(run_name=source_partition, run_time=day), calc_validation_statistics(results)
    whole = ExpectationSuiteValidationResult(
        results=results, success=sums.success, suite_name=asset_id, statistics={
            "evaluated_expectations": sums.evaluated_expectations, "successful_expectations": sums.successful_expectations,
            "unsuccessful_expectations": sums.unsuccessful_expectations, "success_percent": sums.success_percent},
        meta={"run_id": run_id, "validation_time": day, "great_expectations_version": gx.__version__, "batch_spec": {},
              "batch_markers": {}, "active_batch_definition": {"datasource_name": "snapshot", "data_asset_name": asset_id}})
    suite_id = ids.ExpectationSuiteIdentifier(name=asset_id)
    context.validation_results_store.store_validation_results(whole, ids.ValidationResultIdentifier(
        batch_identifier=asset_id, expectation_suite_identifier=suite_id, run_id=run_id), suite_id)
    context.build_data_docs(site_names=[_SITE])


def _steady(page: bytes) -> bytes:
    """A page without the moment in which it was made, its random names numbered in the order in which they come."""
    numbers: dict[str, str] = {}
    text = _FETCHED.sub("", page.decode("utf-8"))
    return _CHANCE.sub(lambda found: numbers.setdefault(found[0], str(len(numbers))), text).encode()


def _with_plain_index(files: dict[str, bytes], asset_id: str, source_partition: str) -> dict[str, bytes]:
    """The site with a front page that needs no script."""
    words = {"validations/": f"Results on {source_partition}", "expectations/": "What is expected"}
    links = [(name, text) for start, text in words.items() for name in files if name.startswith(start)]
    items = "".join(f'<li><a href="{html.escape(name)}">{html.escape(text)}</a></li>'
                    for name, text in [*links, ("overview.html", "Overview (needs network access for its scripts)")])
    title = html.escape(f"Data quality of {asset_id}")
    page = (f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>'
            f"<body><h1>{title}</h1><ul>{items}</ul></body></html>\n")
    return files | {"overview.html": files[FRONT_PAGE], FRONT_PAGE: page.encode()}


def _referred(files: dict[str, bytes]) -> dict[str, bytes]:
    """The pages, and those other files that a page or a kept style sheet refers to."""
    texts = [content.decode("utf-8") for name, content in files.items() if name.endswith((".html", ".css"))]
    wanted = {Path(one or other).name for text in texts for one, other in _LINKS.findall(text)}
    return {name: content for name, content in files.items() if name.endswith(".html") or Path(name).name in wanted}
