"""assay on the benchmark's rows: features planned and computed as the DAG does, the outcome model that the DAG trains.

Nothing here knows the tables: discovery, roles, relations, blocks and network are the project's own steps and packages.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from .rows import KEYS, TEST_WEEKS, TRAIN_WEEKS, VALID_WEEKS, WEEKS, cached, cutoff

if TYPE_CHECKING:
    from assay.models.encoding import TokenCode
    from assay.models.train import Rows

PLATFORM, CASE = "complete_journey", "next_week_purchase"
PARTITION = "2017-12-10"  # last day of the last test week


def write_features(folder: Path, rows: Path) -> Path:
    """Features of given rows, a row group per week; a cut-off a week, as a night has.

    Args:
        folder: Where results are kept; shared storage is laid out below it.
        rows: What `write_rows` wrote.

    Returns:
        Parquet with week, user, item and the features, tokens in the schema's metadata.
    """
    from assay.storage import code_fingerprint

    def build(path: Path) -> None:
        os.environ["ASSAY_STORAGE"] = (folder / "storage").resolve().as_uri()
        writer = None
        for week, table in _weeks(rows):
            table = table.add_column(0, "week", pa.array([week] * len(table), pa.int32()))
            writer = writer or pq.ParquetWriter(path, table.schema, compression="snappy")
            writer.write_table(table, row_group_size=len(table))
        if writer is not None:
            writer.close()

    return cached(folder, "features", (rows.name, code_fingerprint("assay.features", "assay.catalog")), build)


def _weeks(rows: Path):
    """Week and feature table, week by week."""
    from assay.engine import connect, literal
    from assay.features.known import Cutoff, KnownViews
    from assay.features.plan import plan_blocks
    from assay.features.table import entity_domains, join_blocks
    from assay.steps.build_features import catalogue_of, players_of, usable_snapshots
    from assay.steps.cases import by_contract
    from assay.steps.check import check
    from assay.steps.classify import classify
    from assay.steps.discover import discover
    from assay.steps.frame import open_frame
    from assay.steps.gate import gate
    from assay.steps.ingest import ingest
    from assay.steps.profile import profile

    night = discover(PLATFORM, partition_key=None, requested=PARTITION, use_cases=[CASE], retrain=False, note="")
    histories = [ingest(night, list(batch)) for batch in night.batches]
    classified = classify(night, [ref for batch in histories for ref in profile(night, batch)])
    checks = [ref for batch in histories for ref in check(night, batch)]
    gated = gate(night, [ref for batch in histories for ref in batch], checks)
    with open_frame("benchmark", PLATFORM, PARTITION, ("assay.features",)) as frame:
        case, zone = frame.platform.use_case(CASE), frame.platform.timezone
        catalogue = catalogue_of(frame, night, classified)
        snapshots = usable_snapshots(frame, night, by_contract(gated, "gate"))
    blocks = plan_blocks(catalogue, entity_domains(catalogue, case), players_of(case, catalogue))
    for week in WEEKS:
        with connect() as con:
            known = KnownViews(con, catalogue, snapshots, Cutoff(cutoff(week), 7, case.history_days, zone))
            con.execute(f"""CREATE TEMP TABLE {known.candidates} AS SELECT household_id AS "user", product_id AS item
                            FROM {literal(str(rows))} WHERE week = {week} ORDER BY ALL""")
            yield week, join_blocks(con, known, list(case.entity), blocks)


def read_frame(features: Path, rows: Path) -> pd.DataFrame:
    """Rows and features as one frame for the peers, categories as such."""
    frame = pq.read_table(features).to_pandas().rename(columns={"user": "household_id", "item": "product_id"})
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
    from assay.models.encoding import learn_codes
    from assay.models.outcome import SIZES
    from assay.models.runtime import prepare_tensorflow
    from assay.models.train import calibrated, fit, run

    prepare_tensorflow()
    rng, known = np.random.default_rng(seed), pd.read_parquet(rows)
    table, y, amount, weight = _training_rows(features, known, SIZES[size].negatives, rng)
    codes = learn_codes(_tokens(features), table)
    train = _encoded(codes, table, y, amount, weight)
    del table
    players = tuple(sorted({asset for code in codes for asset in code.assets}))
    valid = _window(features, known, codes, VALID_WEEKS)
    network = fit(codes, players, train, valid, SIZES[size], seed)
    some = train.take(rng.permutation(len(train.y))[:len(valid.y)])
    calibration = calibrated(network, some, valid, len(TRAIN_WEEKS))
    del train, valid
    test = known[known.week.isin(TEST_WEEKS)]
    out = run(network, _window(features, known, codes, TEST_WEEKS).encoded, np.ones((1, len(codes)), np.float32))
    p = calibration.probability(out[:, 0])
    return test[KEYS].assign(p=p, score=p * np.exp(out[:, 1].astype(np.float64)))


def _tokens(features: Path):
    from assay.features.table import tokens_of

    return tokens_of(pq.read_schema(features).empty_table())


def _read(features: Path, weeks: Sequence[int]) -> pa.Table:
    file = pq.ParquetFile(features)
    return file.read_row_groups([WEEKS.index(week) for week in weeks])


def _outcomes(known: pd.DataFrame, table: pa.Table) -> tuple[np.ndarray, np.ndarray]:
    """y and amount of the table's rows; both are sorted by key."""
    mine = known[known.week.isin(table.column("week").unique().to_pylist())]
    if not np.array_equal(mine.product_id.to_numpy(), table.column("item").to_numpy()):
        raise ValueError("features and rows are not in the same order")
    return mine.y.to_numpy(np.float32), mine.gmv.to_numpy(np.float32)


def _training_rows(features: Path, known: pd.DataFrame, negatives: int, rng: np.random.Generator):
    from assay.models.train import thin_negatives

    parts, outcomes = [], []
    for week in TRAIN_WEEKS:
        table = _read(features, [week])
        y, amount = _outcomes(known, table)
        chosen, weight = thin_negatives(y, negatives, rng)
        parts.append(table.take(chosen))
        outcomes.append((y[chosen], amount[chosen], weight))
    return pa.concat_tables(parts), *(np.concatenate(arrays) for arrays in zip(*outcomes, strict=True))


def _encoded(codes: Sequence[TokenCode], table: pa.Table, y: np.ndarray, amount: np.ndarray, weight: np.ndarray) -> Rows:
    from assay.models.encoding import encode
    from assay.models.train import Rows

    return Rows(encode(codes, table), y, amount, weight)


def _window(features: Path, known: pd.DataFrame, codes: Sequence[TokenCode], weeks: Sequence[int]) -> Rows:
    table = _read(features, weeks)
    y, amount = _outcomes(known, table)
    return _encoded(codes, table, y, amount, np.ones(len(y), np.float32))
