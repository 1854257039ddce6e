"""A hospital, patients × drugs, to show that nothing in the features knows of groceries: facts, and rows by partition."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from assay.config.manifest import UseCase
from assay.contracts.enums import AssetKind, Role
from assay.engine import connect
from assay.features.blocks import Block
from assay.features.catalogue import AssetFacts, Catalogue, ColumnFacts
from assay.features.known import Cutoff, KnownViews, SnapshotFiles
from assay.features.plan import plan_blocks
from assay.features.table import FeatureTables, build_window, entity_domains

ZONE = "America/New_York"
FIRST = dt.date(2020, 2, 3)  # a Monday; clocks go forward in New York on 2020-03-08
DAYS = 63
Rows = list[dict[str, Any]]
Data = dict[str, dict[str, Rows]]  # asset -> label -> rows


def asset(asset_id: str, kind: str, columns: Mapping[str, tuple], *, time: str | None = None, key: tuple[str, ...] = (),
          ahead: int = 0, period: int = 1) -> AssetFacts:
    """`columns`: name -> (role, DuckDB type[, distinct values])."""
    facts = {name: ColumnFacts(name, spec[1], Role(spec[0]), "other", (*spec, 6)[2]) for name, spec in columns.items()}
    return AssetFacts(asset_id, AssetKind(kind), time, key, facts, ahead, period)


def catalogue(assets: Iterable[AssetFacts], domains: Mapping[str, Iterable[str]]) -> Catalogue:
    """`domains`: name -> `<asset id>.<column>` of its keys."""
    found = {(place.rpartition(".")[0], place.rpartition(".")[2]): name for name, places in domains.items() for place in places}
    return Catalogue({a.asset_id: a for a in sorted(assets, key=lambda a: a.asset_id)}, found)


HOSPITAL = catalogue([
    asset("ward.dispensings", "event", {
        "patient_no": ("key", "BIGINT"), "drug_code": ("key", "VARCHAR"), "clinic_id": ("key", "BIGINT"),
        "doses": ("measure", "BIGINT"), "cost": ("measure", "DOUBLE"),
        "dispensed_at": ("time", "TIMESTAMP WITH TIME ZONE")}, time="dispensed_at"),
    asset("ward.patients", "entity", {
        "patient_no": ("key", "BIGINT"), "age": ("attribute", "BIGINT"), "sex": ("attribute", "VARCHAR", 2)},
        key=("patient_no",), period=7),
    asset("ward.drugs", "entity", {
        "drug_code": ("key", "VARCHAR"), "substance": ("attribute", "VARCHAR", 30), "form": ("attribute", "VARCHAR", 3),
        "supplier": ("key", "BIGINT", 40), "strength": ("measure", "DOUBLE", 9)}, key=("drug_code",), period=7),
    asset("ward.shortages", "event", {
        "drug_code": ("key", "VARCHAR"), "clinic_id": ("key", "BIGINT"), "severity": ("attribute", "VARCHAR", 3),
        "week": ("time", "DATE")}, time="week", ahead=7, period=7),
    asset("ward.reactions", "event", {
        "patient_no": ("key", "BIGINT"), "trial_id": ("key", "BIGINT"), "reported_on": ("time", "DATE")}, time="reported_on"),
    asset("ward.enrolments", "association", {"patient_no": ("key", "BIGINT"), "trial_id": ("key", "BIGINT")}, period=7),
    asset("ward.trial_arms", "association", {"trial_id": ("key", "BIGINT"), "drug_code": ("key", "VARCHAR")}, period=7),
    asset("ward.trials", "entity", {
        "trial_id": ("key", "BIGINT"), "phase": ("attribute", "VARCHAR", 3), "opens": ("valid_from", "DATE"),
        "closes": ("valid_to", "DATE")}, key=("trial_id",), period=7),
    asset("ward.weather", "event", {"rain": ("measure", "DOUBLE"), "day": ("time", "DATE")}, time="day"),
], {
    "patient": ["ward.dispensings.patient_no", "ward.patients.patient_no", "ward.reactions.patient_no",
                "ward.enrolments.patient_no"],
    "drug": ["ward.dispensings.drug_code", "ward.drugs.drug_code", "ward.shortages.drug_code", "ward.trial_arms.drug_code"],
    "clinic": ["ward.dispensings.clinic_id", "ward.shortages.clinic_id"],
    "trial": ["ward.reactions.trial_id", "ward.enrolments.trial_id", "ward.trial_arms.trial_id", "ward.trials.trial_id"],
    "supplier": ["ward.drugs.supplier"],
})

CASE = UseCase.model_validate({
    "name": "next_week_dispensing", "entity": {"user": "patient_no", "item": "drug_code"},
    "outcome": {"asset": "ward.dispensings", "time": "dispensed_at", "amount": "cost", "window_days": 7},
    "known_ahead": {"ward.shortages": 7}, "exclude": "form = 'gas'",
    "candidates": {"bought_before": 4, "popular": 3, "announced": 2, "random": 3},
    "payoff": {"type": "captured_sales", "top_k": 2, "margin": 0.1}, "history_days": 35,
})

STOCK = UseCase.model_validate({
    "name": "weekly_stock", "entity": {"item": "drug_code", "place": "clinic_id"},
    "outcome": {"asset": "ward.dispensings", "time": "dispensed_at", "amount": "doses", "paid": "cost", "window_days": 7},
    "known_ahead": {"ward.shortages": 7}, "exclude": "form = 'gas'", "candidates": {"min_sale_weeks": 3},
    "payoff": {"type": "newsvendor", "margin": 0.3, "holding": 0.02, "spoilage": 0.08}, "history_days": 35,
})


def blocks(of: Catalogue = HOSPITAL, case: UseCase = CASE) -> list[Block]:
    return plan_blocks(of, entity_domains(of, case), set(of.assets))


def block(name: str) -> Block:
    """The hospital's block whose token has that name."""
    (found,) = [b for b in blocks() if b.token.name == name]
    return found


def day(number: int) -> dt.date:
    return FIRST + dt.timedelta(days=number)


def moment(date: dt.date, hour: int, minute: int = 0) -> dt.datetime:
    """Local time of New York as UTC."""
    from zoneinfo import ZoneInfo

    return dt.datetime(date.year, date.month, date.day, hour, minute, tzinfo=ZoneInfo(ZONE)).astimezone(dt.UTC)


def hospital(seed: int, days: int = DAYS) -> Data:
    """Nine weeks of rows. Timestamps are UTC; a partition holds one local day of New York, or one week."""
    rng = np.random.default_rng(seed)
    data: Data = {asset_id: {} for asset_id in HOSPITAL.assets}
    for number in range(days):
        label = day(number).isoformat()
        data["ward.dispensings"][label] = [dispensing(rng, day(number)) for _ in range(rng.integers(0, 9))]
        rain = float(rng.random())
        if rng.random() < 0.5:
            data["ward.reactions"][label] = [
                {"patient_no": _one(rng, 1, 7), "trial_id": _one(rng, 1, 5), "reported_on": day(number)} for _ in range(2)]
        if day(number).weekday() == 0:
            data["ward.weather"][label] = [{"rain": rain, "day": day(number)}]
            for asset_id, rows in weekly(rng, day(number)).items():
                data[asset_id][label] = rows
    return data


def dispensing(rng: np.random.Generator, date: dt.date) -> dict[str, Any]:
    return {"patient_no": None if rng.random() < 0.03 else _one(rng, 1, 8), "drug_code": f"d{_one(rng, 1, 13)}",
            "clinic_id": _one(rng, 1, 4), "doses": _one(rng, 1, 5), "cost": round(float(rng.uniform(-2, 30)), 2),
            "dispensed_at": moment(date, _one(rng, 0, 24), _one(rng, 0, 60))}


def weekly(rng: np.random.Generator, date: dt.date) -> dict[str, Rows]:
    return {
        "ward.shortages": [{"drug_code": f"d{_one(rng, 1, 13)}", "clinic_id": _one(rng, 1, 4),
                            "severity": [None, "low", "low", "high"][_one(rng, 0, 4)], "week": date} for _ in range(9)],
        "ward.patients": [{"patient_no": n, "age": _one(rng, 18, 90), "sex": "fm"[_one(rng, 0, 2)]} for n in range(1, 7)],
        "ward.drugs": [{"drug_code": f"d{n}", "substance": f"s{n % 4}", "form": ["pill", "gas", "drop"][_one(rng, 0, 3)],
                        "supplier": n % 5, "strength": float(rng.random())} for n in range(1, 12)],
        "ward.enrolments": [{"patient_no": _one(rng, 1, 8), "trial_id": _one(rng, 1, 5)} for _ in range(8)],
        "ward.trial_arms": [{"trial_id": _one(rng, 1, 5), "drug_code": f"d{_one(rng, 1, 13)}"} for _ in range(12)],
        "ward.trials": [{"trial_id": n, "phase": ["I", "II", "III"][_one(rng, 0, 3)],
                         "opens": date + dt.timedelta(days=_one(rng, -20, 12)),
                         "closes": None if rng.random() < 0.2 else date + dt.timedelta(days=_one(rng, -3, 25))}
                        for n in range(1, 5)],
    }


def _one(rng: np.random.Generator, low: int, high: int) -> int:
    return int(rng.integers(low, high))


SCHEMAS = {
    asset_id: pa.schema([(c.name, {
        "BIGINT": pa.int64(), "DOUBLE": pa.float64(), "VARCHAR": pa.string(), "DATE": pa.date32(),
        "TIMESTAMP WITH TIME ZONE": pa.timestamp("us", "UTC")}[c.dtype]) for c in facts.columns.values()])
    for asset_id, facts in HOSPITAL.assets.items()}


def write(folder: Path, data: Data, schemas: Mapping[str, pa.Schema] = SCHEMAS) -> dict[str, list[SnapshotFiles]]:
    """Snapshots of `data` below `folder`."""
    found: dict[str, list[SnapshotFiles]] = {}
    for asset_id, labels in data.items():
        for label, rows in labels.items():
            path = folder / f"{asset_id}-{label}.parquet"
            table = pa.Table.from_pylist(rows, schema=schemas[asset_id])
            pq.write_table(table, path, compression="none", write_statistics=False)
            found.setdefault(asset_id, []).append(SnapshotFiles(label, (str(path),), f"{asset_id}@{label}"))
    return found


def cutoff(date: dt.date, horizon: int = 7, history: int = 35) -> Cutoff:
    return Cutoff(date, horizon, history, ZONE)


def tables(folder: Path, data: Data, date: dt.date, case: UseCase = CASE) -> FeatureTables:
    """The feature tables of the hospital's use case at a cut-off."""
    return build_window(HOSPITAL, case, blocks(case=case), write(folder, data), cutoff(date, history=case.history_days))


def window(folder: Path, data: Data, date: dt.date) -> pa.Table:
    """The same as one table."""
    return tables(folder, data, date).wide()


def digest(table: pa.Table) -> str:
    """SHA-256 over the table's bytes as a parquet file, metadata included."""
    sink = pa.BufferOutputStream()
    pq.write_table(table.combine_chunks(), sink, compression="zstd")
    return hashlib.sha256(sink.getvalue()).hexdigest()


def digest_all(features: FeatureTables) -> str:
    """SHA-256 over all tables."""
    return hashlib.sha256("".join(digest(table) for table in features.tables.values()).encode()).hexdigest()


def answer(folder: Path, data: Data, date: dt.date, name: str, candidates: Iterable[tuple] = ()) -> dict[tuple, dict[str, Any]]:
    """Rows of one block by key, under hand-made candidates."""
    chosen = block(name)
    with connect() as con:
        read = {asset_id: data[asset_id] for asset_id in chosen.token.assets}
        known = KnownViews(con, HOSPITAL, write(folder, read), cutoff(date))
        con.execute("CREATE TEMP TABLE candidates (\"user\" BIGINT, item VARCHAR)")
        for row in candidates:
            con.execute("INSERT INTO candidates VALUES (?, ?)", list(row))
        rows = con.sql(chosen.sql(known)).to_arrow_table().to_pylist()
    found = {tuple(row[role] for role in chosen.token.keys): row for row in rows}
    assert len(found) == len(rows), "a key comes twice"
    assert all(set(row) == {*chosen.token.keys, *(f.name for f in chosen.token.features)} for row in rows)
    return {key: {k: v for k, v in row.items() if k not in chosen.token.keys} for key, row in found.items()}


def local(row: dict[str, Any]) -> dt.date:
    """Local date of a dispensing."""
    from zoneinfo import ZoneInfo

    found: dt.date = row["dispensed_at"].astimezone(ZoneInfo(ZONE)).date()
    return found


def past(data: Data, asset_id: str, date: dt.date, history: int = 35) -> list[tuple[int, dict[str, Any]]]:
    """(age in days, row) of a dated asset for rows at least a day old, in plain Python."""
    time = str(HOSPITAL.assets[asset_id].time_column)
    rows = [row for rows in data[asset_id].values() for row in rows]
    aged = [((date - (local(row) if time == "dispensed_at" else row[time])).days, row) for row in rows]
    return [(age, row) for age, row in aged if 1 <= age <= history]


def newest(data: Data, asset_id: str, date: dt.date) -> Rows:
    """The last snapshot before a date."""
    return data[asset_id][max(label for label in data[asset_id] if label < date.isoformat())]


Names = Mapping[str, Mapping[str, str]]  # asset -> column -> what it is called instead


def renamed(of: Catalogue, names: Names) -> Catalogue:
    """The catalogue with columns called otherwise; none of them is a key."""
    assets = {}
    for asset_id, facts in of.assets.items():
        called = names.get(asset_id, {})
        columns = {called.get(c.name, c.name): replace(c, name=called.get(c.name, c.name)) for c in facts.columns.values()}
        assets[asset_id] = replace(facts, columns=columns)
    return Catalogue(assets, of.domains)


def write_renamed(folder: Path, data: Data, names: Names) -> dict[str, list[SnapshotFiles]]:
    """Snapshots whose columns are called otherwise."""
    snapshots = write(folder, data)
    for asset_id, called in names.items():
        for snapshot in snapshots[asset_id]:
            table = pq.read_table(snapshot.files[0])
            pq.write_table(table.rename_columns([called.get(c, c) for c in table.column_names]), snapshot.files[0])
    return snapshots
