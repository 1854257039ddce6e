"""The report: one HTML page that a manager reads in two minutes, which needs nothing but itself.

No script, no font and no picture is fetched: bars are boxes, lines are inline SVG, colours follow the reader's light or dark
setting. Links lead to Data Docs, which lie in storage beside it. Everything that comes from data is escaped by the template
engine.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import pyarrow as pa
from jinja2 import Environment, StrictUndefined, Template

from assay.config.manifest import Platform
from assay.contracts.enums import Action, Dimension
from assay.inventory import sections
from assay.inventory.charts import trend
from assay.inventory.combine import common_scale
from assay.inventory.texts import speaker, texts
from assay.inventory.total import case_totals, total_interval
from assay.inventory.uses import coverage_lines, uses
from assay.inventory.wording import amount, interval, percent

FILE = "index.html"


@dataclass(frozen=True)
class Findings:
    """What a report tells, each a table of the contract of that name.

    Attributes:
        inventory: The ranking.
        assets: The catalogue.
        columns: `columns`.
        states: `asset_states`.
        checks: `checks` of the newest source partitions.
        values: `values` per use case.
        stopped: Use case -> why it was not valued.
        history: Use case -> partition -> `values`, up to and with tonight.
        forecasts: `forecasts`.
        scores: `forecast_scores` of all partitions so far.
        metrics: `model_metrics` per use case.
        column_values: `column_values` per use case.
        earlier: Partition and table of the inventory before, None if there is none.
        usage: `usage`; without rows where there is no query log.
        coverage: `log_coverage`.
        incidents: `incidents`.
        suspects: `suspects` of all assets.
        late: `late_data`.
        quality: Partition -> `quality_scores`, up to and with tonight.
        docs: Asset -> address of its Data Docs from the report, where there are any.
    """

    inventory: pa.Table
    assets: pa.Table
    columns: pa.Table
    states: pa.Table
    checks: pa.Table
    values: Mapping[str, pa.Table]
    stopped: Mapping[str, str]
    history: Mapping[str, Mapping[str, pa.Table]]
    forecasts: pa.Table
    scores: pa.Table
    metrics: Mapping[str, pa.Table]
    column_values: Mapping[str, pa.Table]
    earlier: tuple[str, pa.Table] | None
    usage: pa.Table
    coverage: pa.Table
    incidents: pa.Table
    suspects: pa.Table
    late: pa.Table
    quality: Mapping[str, pa.Table]
    docs: Mapping[str, str]


def build_report(findings: Findings, platform: Platform, partition: str, language: str = "en") -> bytes:
    """The page as UTF-8; equal findings give equal bytes.

    Raises:
        LookupError: If there are no texts in `language`.
    """
    say = speaker(language)
    return _template().render(t=say, **_view(findings, platform, partition, say)).encode()


def wording(language: str = "en") -> list[object]:
    """Template and texts, which a report depends on beside the code."""
    return [_template_text(), texts(language)]


def _template_text() -> str:
    return (files("assay.inventory") / "templates" / "report.html.j2").read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def _template() -> Template:
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(_template_text())


def _view(findings: Findings, platform: Platform, partition: str, say: sections.Say) -> dict[str, Any]:
    """Everything that the template names."""
    scale = common_scale(platform, findings.values)
    past, total_past = sections.series(findings.history, scale)
    rows = sections.ranking_rows(findings.inventory, findings.assets, findings.columns, findings.forecasts, past)
    failed, more = sections.failures(findings.checks)
    cases = case_totals(findings.values)
    known = [r["value"] for r in rows if r["value"] is not None]
    earlier, ends = findings.earlier, total_interval(findings.values, scale)
    return {
        "title": platform.title or platform.platform, "platform": platform, "partition": partition, "unit": scale.unit,
        "total": amount(math.fsum(known)) if known else None,
        "total_range": say("total_range", range=interval(*ends)) if ends else "",
        "cases": [say("total_case", use_case=name, value=amount(total), unit=unit) for name, total, unit in cases]
        if len(cases) > 1 else [],
        "stopped": sorted(findings.stopped.items()),
        "stats": [(str(len(rows)), say("stat_assets")), (str(len(known)), say("stat_valued")),
                  (str(sum(r["action"] != Action.KEEP for r in rows)), say("stat_todo")),
                  (amount(math.fsum(r["cost"] for r in rows)), say("stat_cost", unit=scale.cost_unit))],
        "trend": trend(total_past), "todo": sections.to_do(rows), "rows": rows,
        "present_title": say("present_value_title", currency=platform.currency, days=max(platform.forecast.horizons, default=0),
                             rate=percent(platform.forecast.discount_rate)),
        "earlier": earlier[0] if earlier else None,
        "movers": sections.movers(findings.inventory, earlier[1] if earlier else None),
        "meaning": sections.meaning(platform, findings.values, say),
        "case_tables": sections.case_tables(findings.values, findings.column_values),
        "state": sections.state_rows(findings.assets, findings.states, uses(findings.usage)),
        "log": coverage_lines(findings.coverage, say), "has_log": findings.usage.num_rows > 0,
        "metrics": sections.metric_tables(findings.metrics),
        "incidents": sections.incident_rows(findings.incidents),
        "quality": sections.quality_rows(findings.quality), "dimensions": list(map(str, Dimension)),
        "docs": findings.docs, "late": sections.late_lines(findings.late, say),
        "suspects": sections.suspect_rows(findings.suspects),
        "forecasters": sections.forecasters(findings.forecasts),
        "record": sections.record(findings.scores), "failures": failed, "more": more, "n_checks": findings.checks.num_rows,
    }
