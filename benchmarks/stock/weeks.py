"""The rows of the stock benchmark, week by week: pairs, features and outcomes as the DAG makes them, and past weeks for peers.

Nothing here knows the tables but the sums of past weeks, which the naive forecasts are made of.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from planned import plan
from purchase.rows import cached, cutoff

if TYPE_CHECKING:
    from assay.features.table import FeatureTables
    from assay.models.learn import Windows

PLATFORM, CASE = "complete_journey", "weekly_stock"
PARTITION = "2017-12-10"  # last day of the last test week
# a night of the partition reads what 26 weeks before week 36 need, and no more
TRAIN_WEEKS, VALID_WEEKS, TEST_WEEKS = tuple(range(36, 44)), (44, 45), (47, 48, 49, 50)
WEEKS = (*TRAIN_WEEKS, *VALID_WEEKS, *TEST_WEEKS)
PAST = 26  # weeks before a cut-off
WHOLE = "place+item"  # name of the table of the pairs


def write_weeks(folder: Path) -> Path:
    """Every week's tables, outcomes and past, once per state of the code.

    Args:
        folder: Where results are kept.

    Returns:
        Folder with a folder per week; `labels` and `past` stand beside the feature tables, texts with the first week.
    """
    from assay.storage import code_fingerprint

    def build(path: Path) -> None:
        for week, name, table in _tables():
            (path / str(week)).mkdir(parents=True, exist_ok=True)
            pq.write_table(table, path / str(week) / f"{name}.parquet")

    state = code_fingerprint("assay.features", "assay.catalog", "assay.config")
    return cached(folder, "weeks", (WEEKS, state), build, suffix="")


def _tables():
    """Week, name and table."""
    from assay.engine import connect
    from assay.features.known import Cutoff, KnownViews
    from assay.features.labels import build_labels, outcome_snapshots
    from assay.features.table import build_window
    from assay.features.texts import texts_of
    from assay.features.windows import Window, WindowRole
    from assay.language.encoder import encode_texts

    found = plan(PLATFORM, PARTITION, CASE)
    case, zone, catalogue, snapshots, blocks = found.case, found.zone, found.catalogue, found.snapshots, found.blocks
    sales, told = catalogue.assets[case.outcome.asset], []
    for week in WEEKS:
        window, known_until = Window(WindowRole.TRAIN, cutoff(week), 7), Cutoff(cutoff(week), 7, case.history_days, zone)
        features = build_window(catalogue, case, blocks, snapshots, known_until)
        for name, table in features.tables.items():
            yield week, name, table
        told += features.things.values()
        read = outcome_snapshots(sales, snapshots[sales.asset_id], window)
        yield week, "labels", build_labels(sales, case, window, read, zone)
        with connect() as con:
            known = KnownViews(con, catalogue.without(set(catalogue.assets) - {sales.asset_id}), snapshots, known_until)
            keys = ", ".join(f"{column} AS {role}" for role, column in case.entity.items())
            yield week, "past", con.sql(
                f"SELECT {keys}, (_age - 1) // 7 + 1 AS back, greatest(sum({case.outcome.amount}), 0)::DOUBLE AS demand "
                f"FROM {known.view(sales.asset_id)} WHERE _age BETWEEN 1 AND {7 * PAST} GROUP BY 1, 2, 3 "
                "ORDER BY 1, 2, 3").to_arrow_table()
    for column, words in texts_of(told).items():
        yield WEEKS[0], f"text {column}", pa.table({"text": words, "vector": list(encode_texts(words))})


def read_week(folder: Path, week: int) -> FeatureTables:
    """The pairs of a week and what is known of them."""
    from assay.features.table import FeatureTables

    found = {path.stem: pq.read_table(path) for path in sorted((folder / str(week)).glob("*.parquet"))
             if path.stem not in ("labels", "past") and not path.stem.startswith("text ")}
    texts = {path.stem.removeprefix("text "): pq.read_table(path) for path in sorted((folder / str(WEEKS[0])).glob("text *"))}
    return FeatureTables(found.pop(WHOLE), found, texts)


def labelled(folder: Path, week: int) -> list[tuple[FeatureTables, np.ndarray, np.ndarray]]:
    """A week's tables, y and amount, as the DAG joins them."""
    from assay.models.rows import join_labels

    features = read_week(folder, week)
    return [(features, *join_labels(features, pq.read_table(folder / str(week) / "labels.parquet")))]


def windows(folder: Path) -> Windows:
    """What the network is made from."""
    from assay.config import load_platform
    from assay.models.learn import LabelledWindow, Windows
    from assay.models.targets import target_of

    def of(weeks: Sequence[int]) -> list[LabelledWindow]:
        return [LabelledWindow(len(labelled(folder, week)[0][1]), partial(labelled, folder, week)) for week in weeks]

    return Windows(CASE, of(TRAIN_WEEKS), of(VALID_WEEKS), None, 7, target_of(load_platform(PLATFORM).use_case(CASE)))


def read_frame(folder: Path) -> pd.DataFrame:
    """All weeks as one frame: keys, price, `demand`, `back_1` to `back_26` (of past weeks), features, categories as such."""
    parts = []
    for week in WEEKS:
        ((features, _, amount),) = labelled(folder, week)
        rows = features.wide().to_pandas().assign(week=week, demand=np.maximum(amount, 0))
        past = pd.read_parquet(folder / str(week) / "past.parquet").pivot(
            index=["place", "item"], columns="back", values="demand").reindex(columns=range(1, PAST + 1))
        past.columns = [f"back_{back}" for back in past.columns]
        joined = rows.merge(past.reset_index(), on=["place", "item"], how="left", validate="one_to_one")
        parts.append(joined.fillna(dict.fromkeys(past.columns, 0.0)))
    frame = pd.concat(parts, ignore_index=True)
    for column in frame.columns:
        if not pd.api.types.is_numeric_dtype(frame[column]):
            frame[column] = frame[column].astype("category")
    return frame
