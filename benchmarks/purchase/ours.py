"""assay on the benchmark's rows: features planned and computed as the DAG does, the outcome model that the DAG trains.

Nothing here knows the tables: discovery, roles, relations, blocks and network are the project's own steps and packages.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from planned import plan

from .rows import KEYS, TEST_WEEKS, TRAIN_WEEKS, VALID_WEEKS, WEEKS, cached, cutoff

if TYPE_CHECKING:
    from assay.features.table import FeatureTables
    from assay.models.learn import Windows

PLATFORM, CASE = "complete_journey", "next_week_purchase"
PARTITION = "2017-12-10"  # last day of the last test week


def write_features(folder: Path, rows: Path) -> Path:
    """Features of given rows, week by week; a cut-off a week, as a night has.

    Args:
        folder: Where results are kept; shared storage is laid out below it.
        rows: What `write_rows` wrote.

    Returns:
        Folder with per week a parquet file for each table, and with the first the histories and the texts that are read.
    """
    from assay.storage import code_fingerprint

    def build(path: Path) -> None:
        os.environ["ASSAY_STORAGE"] = (folder / "storage").resolve().as_uri()
        for week, name, table in _tables(rows):
            (path / str(week)).mkdir(parents=True, exist_ok=True)
            pq.write_table(table, path / str(week) / f"{name}.parquet", compression="snappy")

    return cached(folder, "features", (rows.name, code_fingerprint("assay.features", "assay.catalog")), build, suffix="")


def _tables(rows: Path):
    """Week, name and table: the features of every week, and what all households did before the first."""
    from assay.engine import connect, literal
    from assay.features.history import build_history
    from assay.features.known import Cutoff, KnownViews
    from assay.features.table import join_blocks
    from assay.features.texts import texts_of
    from assay.language.encoder import encode_texts

    found = plan(PLATFORM, PARTITION, CASE)
    case, zone, catalogue, snapshots, blocks = found.case, found.zone, found.catalogue, found.snapshots, found.blocks
    first = Cutoff(cutoff(WEEKS[0]), 7, case.history_days, zone)
    for name, table in build_history(catalogue, case, blocks, snapshots, first).items():
        yield WEEKS[0], f"history {name}", table
    told: list[pa.Table] = []
    for week in WEEKS:
        with connect() as con:
            known = KnownViews(con, catalogue, snapshots, Cutoff(cutoff(week), 7, case.history_days, zone))
            con.execute(f"""CREATE TEMP TABLE {known.candidates} AS SELECT household_id AS "user", product_id AS item
                            FROM {literal(str(rows))} WHERE week = {week} ORDER BY ALL""")
            for name, table in join_blocks(con, known, list(case.entity), blocks, {}).tables.items():
                yield week, name, table
                told += [table] if "+" not in name else []
    for column, words in texts_of(told).items():
        yield WEEKS[0], f"text {column}", pa.table({"text": words, "vector": list(encode_texts(words))})


def read_frame(features: Path, rows: Path) -> pd.DataFrame:
    """Rows and features as one frame for the peers, categories as such."""
    weeks = [read_window(features, week).wide().to_pandas().assign(week=week) for week in WEEKS]
    frame = pd.concat(weeks, ignore_index=True).rename(columns={"user": "household_id", "item": "product_id"})
    for column in frame.columns.difference(KEYS):
        if not pd.api.types.is_numeric_dtype(frame[column]):
            frame[column] = frame[column].astype("category")
    return pd.read_parquet(rows).merge(frame, on=KEYS, validate="one_to_one")


def predict(features: Path, rows: Path, *, size: str = "base", seed: int = 1) -> pd.DataFrame:
    """Train on the training weeks, choose and calibrate on the validation weeks, predict the test weeks.

    Args:
        features: What `write_features` wrote.
        rows: What `write_rows` wrote.
        size: Of the model.
        seed: Of everything random.

    Returns:
        Predictions of the test rows.
    """
    from assay.models.learn import learn
    from assay.models.outcome import SIZES
    from assay.models.runtime import prepare_tensorflow
    from assay.models.train import run

    prepare_tensorflow()
    known = pd.read_parquet(rows)
    model, _ = learn(windows(features, known, TRAIN_WEEKS, VALID_WEEKS), SIZES[size], seed)
    out = []
    for week in TEST_WEEKS:
        found = run(model.network, model.encode(read_window(features, week)), np.ones((1, len(model.codes)), np.float32))
        p = model.calibration.probability(found[:, 0])
        out.append(known.loc[known.week == week, KEYS].assign(p=p, score=p * model.calibration.amount(found[:, 1])))
    return pd.concat(out)


def windows(features: Path, known: pd.DataFrame, train: Sequence[int], valid: Sequence[int]) -> Windows:
    """What a model is made from: these weeks, and what happened before the first of the benchmark."""
    from assay.models.learn import LabelledWindow, Windows

    parts = ([LabelledWindow(int((known.week == week).sum()), partial(labelled, features, known, week)) for week in weeks]
             for weeks in (train, valid))
    return Windows(CASE, *parts, _tables_of(features, WEEKS[0], "history"), 7)


def _tables_of(features: Path, week: int, kind: str = "") -> dict[str, pa.Table]:
    """Tables of a week: features by roles, or those of a kind, history or text, that stand with the first week."""
    paths = (path for path in sorted((features / str(week)).glob("*.parquet")))
    named = ((path, *path.stem.rpartition(" ")[::2]) for path in paths)
    return {name: pq.read_table(path) for path, of, name in named if of == kind}


def read_window(features: Path, week: int) -> FeatureTables:
    """The candidates of a week and what is known of them."""
    from assay.features.table import FeatureTables

    found = _tables_of(features, week)
    return FeatureTables(found.pop("user+item"), found, _tables_of(features, WEEKS[0], "text"))


def labelled(features: Path, known: pd.DataFrame, week: int) -> list[tuple[FeatureTables, np.ndarray, np.ndarray]]:
    """A week's tables, y and amount."""
    found, mine = read_window(features, week), known[known.week == week]
    if not np.array_equal(mine.product_id.to_numpy(), found.rows.column("item").to_numpy()):
        raise ValueError("features and rows are not in the same order")
    return [(found, mine.y.to_numpy(np.float32), mine.gmv.to_numpy(np.float32))]
