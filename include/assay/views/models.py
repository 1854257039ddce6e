"""How good the models are: champion against challengers, calibration, and which assets and features matter."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import pyarrow.compute as pc

from assay.config.manifest import Platform
from assay.contracts import schemas
from assay.views.reading import Published, Reader

MOST_FEATURES = 15
_BIN = "_bin_"  # of a calibration curve
_DETAIL = re.compile(f"_seeing_|{_BIN}")  # scores under coalitions of some size, and points of curves
_BELOW = re.compile(r"below_p(\d+)")
_Row = dict[str, Any]


@dataclass(frozen=True)
class ModelsView:
    """The models of one partition.

    Attributes:
        platform: Name of the manifest.
        partition: Local day.
        use_cases: Per use case: name; champion (the row of `champions`, None without one); metrics (of `model_metrics`:
            model, split, metric, value); calibration (predicted and observed share, split); assets and features
            (asset_id, column, contribution: mean size in a sample, the largest first); forecasters (of `forecast_backtests`).
        notices: What a reader should know of the artifacts themselves.
    """

    platform: str
    partition: str
    use_cases: list[_Row]
    notices: list[str]


def models(reader: Reader, platform: Platform, partition: str | None = None) -> ModelsView:
    """How good the models of a partition are.

    Raises:
        ArtifactMissing: If there is no inventory of the partition.
        StorageUnreachable: If shared storage doesn't answer.
    """
    published = Published(reader, platform.platform, reader.resolve(platform.platform, partition))
    told = published.rows(schemas.FORECAST_BACKTESTS)
    cases = [_case(published, case.name) | {"forecasters": [row for row in told if row["use_case"] == case.name]}
             for case in platform.use_cases]
    return ModelsView(platform.platform, published.partition, cases, published.notices())


def _case(published: Published, name: str) -> _Row:
    champions = published.rows(schemas.CHAMPIONS, name)
    metrics = published.rows(schemas.MODEL_METRICS, name, ("model", "split", "metric", "value"))
    serving = published.rows(schemas.MODEL_METRICS, f"{name}/{schemas.SERVING}", ("model", "split", "metric", "value"))
    weights = published.table(schemas.EXPLANATIONS, name, ("key", "asset_id", "column", "contribution"))
    importance = [] if weights is None else weights.filter(pc.is_null(weights.column("key"))).drop_columns(["key"]).to_pylist()
    importance.sort(key=lambda row: -row["contribution"])
    return {"use_case": name, "champion": champions[0] if champions else None,
            "metrics": [row for row in metrics if not _DETAIL.search(row["metric"])], "serving": serving,
            "calibration": _calibration(metrics), "assets": [row for row in importance if row["column"] is None],
            "features": [row for row in importance if row["column"] is not None][:MOST_FEATURES]}


def _calibration(metrics: list[_Row]) -> list[_Row]:
    """Of probabilities the mean prediction and the share of outcomes in bins; of quantiles the share below each; by window."""
    own = {(row["split"], row["metric"]): row["value"] for row in metrics if row["model"] == "outcome"}
    points = [{"split": split, "predicted": int(found.group(1)) / 100, "observed": value}
              for (split, metric), value in own.items() if (found := _BELOW.fullmatch(metric))]
    points += [{"split": split, "predicted": value, "observed": own[split, f"observed{_BIN}{metric.partition(_BIN)[2]}"]}
               for (split, metric), value in own.items() if metric.startswith(f"predicted{_BIN}")]
    return sorted(points, key=lambda row: (row["split"], row["predicted"]))
