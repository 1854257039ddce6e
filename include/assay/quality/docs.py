"""Great Expectations' own pages (Data Docs) on one partition of one asset, as files that open from disk."""

from __future__ import annotations

import html
import re
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from assay.quality.frames import to_frame
from assay.quality.session import RESULT_FORMAT, add_frame, open_context, to_gx
from assay.quality.suite import Suite, default_suite

_SITE = "docs"
_NO_DAY = "1970-01-01"  # stands for the label of an asset without partitions
_LINKS = re.compile(r"""(?:href|src)=["']([^"'#?]+)["']|url\(["']?([^"')?]+)""")


def build_docs(table: pa.Table, suite: Suite | None, asset_id: str, source_partition: str) -> dict[str, bytes]:
    """A static site: `index.html`, the suite, and the results on `table`.

    The list of results on Great Expectations' own front page (kept as `overview.html`) is drawn by scripts from the network;
    `index.html` therefore is a plain page of links, which works without one.

    Pages show counts and aggregates, never the values that failed. Runs carry the partition's label as their time, so
    that the pages' names don't depend on when they were made. Pictures and fonts that no page refers to are left out.

    Returns:
        Content by path below the site's folder.
    """
    import great_expectations as gx
    from great_expectations.checkpoint import UpdateDataDocsAction
    from great_expectations.core.run_identifier import RunIdentifier

    suite = suite or default_suite(table.column_names)
    with tempfile.TemporaryDirectory(prefix="assay-docs-") as folder:
        context = open_context()
        context.add_data_docs_site(_SITE, {
            "class_name": "SiteBuilder", "show_how_to_buttons": False,
            "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
            "store_backend": {"class_name": "TupleFilesystemStoreBackend", "base_directory": folder},
        })
        expected = context.suites.add(to_gx(suite, asset_id, source_partition))
        definition = context.validation_definitions.add(
            gx.ValidationDefinition(name=asset_id, data=add_frame(context, asset_id), suite=expected))
        checkpoint = context.checkpoints.add(gx.Checkpoint(
            name=asset_id, validation_definitions=[definition], result_format=RESULT_FORMAT,
            actions=[UpdateDataDocsAction(name="update", site_names=[_SITE])]))
        day = datetime.fromisoformat(source_partition or _NO_DAY).replace(tzinfo=UTC)
        checkpoint.run(batch_parameters={"dataframe": to_frame(table)},
                       run_id=RunIdentifier(run_name=source_partition, run_time=day))
        files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(Path(folder).rglob("*"))
                 if path.is_file()}
    return _referred(_with_plain_index(files, asset_id, source_partition))


def _with_plain_index(files: dict[str, bytes], asset_id: str, source_partition: str) -> dict[str, bytes]:
    """The site with a front page that needs no script."""
    words = {"validations/": f"Results on {source_partition}", "expectations/": "What is expected"}
    links = [(name, text) for start, text in words.items() for name in files if name.startswith(start)]
    items = "".join(f'<li><a href="{html.escape(name)}">{html.escape(text)}</a></li>'
                    for name, text in [*links, ("overview.html", "Overview (needs network access for its scripts)")])
    title = html.escape(f"Data quality of {asset_id}")
    page = (f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>'
            f"<body><h1>{title}</h1><ul>{items}</ul></body></html>\n")
    return files | {"overview.html": files["index.html"], "index.html": page.encode()}


def _referred(files: dict[str, bytes]) -> dict[str, bytes]:
    """The pages, and those other files that a page or a kept style sheet refers to."""
    texts = [content.decode("utf-8") for name, content in files.items() if name.endswith((".html", ".css"))]
    wanted = {Path(one or other).name for text in texts for one, other in _LINKS.findall(text)}
    return {name: content for name, content in files.items() if name.endswith(".html") or Path(name).name in wanted}
