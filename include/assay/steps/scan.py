"""The catalogue part of a night for a source that no manifest describes: what is there, without Airflow."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from assay.config import load_platform
from assay.contracts.contract import Contract
from assay.contracts.refs import Night
from assay.contracts.schemas import ANOMALIES, CHANGES, COLUMNS, RELATIONS, SUSPECTS, TABLE_KINDS
from assay.sources import SourceTable
from assay.sources.databases.dialects import dialect_of
from assay.sources.databases.spark import CONNECT_TYPES, METASTORE_TYPES
from assay.steps.classify import classify
from assay.steps.discover import discover
from assay.steps.ingest import ingest
from assay.steps.profile import profile
from assay.steps.sources import open_source
from assay.storage import open_store

_DATABASE_FILES = {"duckdb": (".duckdb", ".ddb"), "sqlite": (".sqlite", ".sqlite3", ".db")}
_UNDATED = "1970-01-01"  # partition of a source without any date: it only names folders

Found = dict[str, Any]


def scan(uri: str, workspace: Path) -> Found:
    """Discover, read, profile and classify everything below a URI.

    What is computed is kept in the workspace, so that a second scan reads only what has changed.

    Args:
        uri: Folder, file or database.
        workspace: Folder for the artifacts of scans, one below it for each URI.

    Returns:
        JSON-like: `source`, `partition`, `assets` (each with its `columns`), `relations`, `changes`, `anomalies` and
        `suspects`, with the columns of the artifacts `discovered`, `table_kinds`, `columns` and those named. An asset that
        can't be read has its reason, and no columns.

    Raises:
        SourceUnavailable: If the source can't be listed.
        ConfigError: If the URI names nothing that can be read.
    """
    uri = whole_uri(uri)
    name = platform_name(uri)
    entry, secret = source_entry(name, uri)
    manifest = {"platform": name, "currency": "USD", "sources": [entry]}
    with _own_platform(manifest, workspace, secret):
        (source,) = load_platform(name).sources
        tables = open_source(source).list_tables()
        night = discover(name, partition_key=_newest(tables), requested=None, use_cases=[], retrain=False, note="")
        states = [state for batch in night.batches for state in profile(night, ingest(night, batch))]
        classify(night, states)
        return _gather(night, _without_secret(uri), tables)


def whole_uri(uri: str) -> str:
    """A local path from the root on, so that it means the same wherever it is read; any other URI as it is."""
    return uri if "://" in uri else str(Path(uri).expanduser().resolve())


def platform_name(uri: str) -> str:
    """A platform's name for a URI, different for different ones; a database's password is no part of it."""
    plain = _without_secret(uri)
    word = re.sub(r"[^a-z0-9]+", "_", plain.partition("?")[0].rstrip("/").rsplit("/", 1)[-1].lower()).strip("_")[:30]
    return f"{word if word[:1].isalpha() else 'source'}_{hashlib.sha256(plain.encode()).hexdigest()[:8]}"


def source_entry(name: str, uri: str) -> tuple[dict[str, Any], dict[str, str]]:
    """The manifest's entry for a source, and what the environment has to say beside it, which no file may hold.

    A database is reached by an Airflow connection that is called like the source.
    """
    scheme, sign, rest = uri.partition("://")
    kind = scheme if sign else next((kind for kind, endings in _DATABASE_FILES.items() if uri.lower().endswith(endings)), "")
    if kind in {"duckdb", *CONNECT_TYPES, *METASTORE_TYPES} or dialect_of(kind) is not None:
        known = f"{kind}:///{(rest if sign else uri).lstrip('/')}" if kind in _DATABASE_FILES else f"{kind.partition('+')[0]}://{rest}"
        return {"name": name, "type": "sql", "connection": name}, {f"AIRFLOW_CONN_{name.upper()}": known}
    return {"name": name, "type": "files", "path": uri}, {}


def _without_secret(uri: str) -> str:
    return re.sub(r"(?<=://)([^/@:]*)(:[^@/]*)?@", r"\1@", re.sub(r"/?;.*", "", uri) if uri.startswith("sc://") else uri)


def _newest(tables: Sequence[SourceTable]) -> str:
    return max((partition.label for table in tables for partition in table.partitions), default="") or _UNDATED


@contextmanager
def _own_platform(manifest: Mapping[str, Any], workspace: Path, secret: Mapping[str, str]) -> Iterator[None]:
    """Let the steps find the manifest and its connection, and publish into the workspace."""
    folder = workspace / "platforms" / str(manifest["platform"])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "platform.yaml").write_text(yaml.safe_dump(dict(manifest), allow_unicode=True), encoding="utf-8")
    own = {"ASSAY_PLATFORMS": str(folder.parent), "ASSAY_STORAGE": (workspace / "storage").resolve().as_uri(), **secret}
    before = {key: os.environ.get(key) for key in own}
    os.environ.update(own)
    try:
        yield
    finally:
        for key, value in before.items():
            if value is None:
                del os.environ[key]
            else:
                os.environ[key] = value


def _gather(night: Night, uri: str, tables: Sequence[SourceTable]) -> Found:
    """What the artifacts of a night say, by asset."""
    store = open_store()
    by_asset: dict[str, list[Found]] = defaultdict(list)
    for row in store.read(night.discovered).to_pylist():
        by_asset[row["asset_id"]].append(row)
    kinds, columns, relations, changes = (store.read(store.get(contract, night.platform, night.partition)).to_pylist()
                                          for contract in (TABLE_KINDS, COLUMNS, RELATIONS, CHANGES))
    kind_of = {row["asset_id"]: row for row in kinds}
    columns_of: dict[str, list[Found]] = defaultdict(list)
    for row in columns:
        columns_of[row["asset_id"]].append({key: value for key, value in row.items() if key != "asset_id"})
    labels = {f"{night.platform}.{table.name}": [p.label for p in table.partitions] for table in tables}
    assets = [_asset(asset, rows, labels[asset], kind_of.get(asset, {}), columns_of[asset])
              for asset, rows in sorted(by_asset.items())]
    return {"source": uri, "partition": None if night.partition == _UNDATED else night.partition, "assets": assets,
            "relations": relations, "changes": changes,
            **{contract.name: [row for asset in sorted(by_asset) for row in _noticed(night, contract, asset)]
               for contract in (ANOMALIES, SUSPECTS)}}


def _noticed(night: Night, contract: Contract, asset: str) -> list[Found]:
    store = open_store()
    found = store.find(contract, night.platform, night.partition, asset)
    return store.read(found).to_pylist() if found else []


def _asset(asset: str, rows: Sequence[Found], labels: Sequence[str], kind: Found, columns: list[Found]) -> Found:
    good = [row for row in rows if row["status"] == "ok"]
    bad = [row for row in rows if row["status"] != "ok"]
    newest = (good or rows)[-1]
    return {
        "asset_id": asset, "status": "ok" if not bad else "unreadable" if not good else "degraded",
        "reason": bad[-1]["reason"] if bad else _remark(good), "location": newest["location"], "format": newest["format"],
        "partitions": len(labels), "first_partition": labels[0] or None, "last_partition": newest["source_partition"] or None,
        "read_partitions": len(good), "bytes": sum(row["bytes"] for row in good),
        "row_count": sum(row["row_count"] for row in good), "newest_row_count": newest["row_count"] or 0,
        "n_columns": len(json.loads(newest["schema"] or "{}")), "schema_change": newest["schema_change"],
        **{key: value for key, value in kind.items() if key != "asset_id"}, "columns": columns,
    }


def _remark(good: Sequence[Found]) -> str | None:
    """What is to be said of a table that can be read."""
    return None if any(row["row_count"] for row in good) else "it has columns and no row; deliver data, or leave it out"
