"""Task `discover`: resolve the partition, and write down what the sources hold for it."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from typing import Any

import pyarrow as pa

from assay.catalog.discovery import (
    balance,
    describe_drift,
    missing_labels,
    resolve_partition,
    retyped_columns,
    rhythm,
    split_table,
    table_of,
    visible_labels,
)
from assay.catalog.late import find_late
from assay.config import Platform, load_platform
from assay.config.manifest import Database, Files
from assay.contracts.refs import Night
from assay.contracts.schemas import CATALOGUE_COVERAGE, DECLARED, DECLARED_LINEAGE, DISCOVERED, LATE_DATA
from assay.errors import ConfigError, SourceUnavailable, UnreadableData, shorten
from assay.inventory.advice import load_rules
from assay.sources import Connector, Footer, SourcePartition, SourceTable
from assay.steps import staying
from assay.steps.catalogues import MODULES as CATALOGUES
from assay.steps.catalogues import read_catalogues
from assay.steps.footers import READERS, KnownFooters
from assay.steps.frame import Frame, open_frame
from assay.steps.sources import open_source
from assay.storage import ArtifactStore, fingerprint, open_store

logger = logging.getLogger(__name__)

MODULES = ("assay.steps.discover", "assay.steps.footers", "assay.steps.staying", "assay.catalog.discovery",
            "assay.catalog.late", *READERS, *CATALOGUES)
_MOST_BATCHES = 2  # each mapped task pays for its imports, Great Expectations alone some seconds
_Row = dict[str, Any]


@dataclass
class _Listing:
    """What one source answered: its tables, or rows of an earlier night and why it couldn't be listed."""

    name: str
    source: Connector | None
    tables: list[SourceTable] = field(default_factory=list)
    outage: str | None = None
    remembered: list[_Row] = field(default_factory=list)

    def labels(self, platform: Platform) -> dict[str, list[str]]:
        """Labels of each table."""
        found = {f"{self.name}.{t.name}": [p.label for p in t.partitions] for t in self.tables}
        for row in self.remembered:
            found.setdefault(table_of(platform, row["asset_id"]), []).append(row["source_partition"])
        return {asset: sorted(set(labels)) for asset, labels in found.items()}


def discover(platform: str, *, partition_key: str | None, requested: str | None, use_cases: list[str], retrain: bool,
             note: str, retune: bool = False, audit: bool = False) -> Night:
    """Resolve the run's partition once, list every visible partition of every asset, and read what catalogues say of them.

    A table, file or column that can't be read is one row with its reason. A source that can't be listed is an outage: the
    run goes on with what an earlier night has published of it, and so it is with a catalogue.

    Args:
        platform: Name of the manifest.
        partition_key: What the scheduler gave the run.
        requested: Partition from the trigger form.
        use_cases: Use cases to value; all of the manifest if empty.
        retrain: Train again even where an unchanged model could be reused.
        note: What the person who triggered the run wrote.
        retune: Search the model's parameters for what serves from this partition on.
        audit: Train again without the most and the least valuable assets.

    Raises:
        UnknownPlatform: If no manifest has that name.
        ConfigError: If the manifest or its rules of advice can't be used, or there is no such use case.
        PartitionError: If the partition is no date, or lies before the first day of the source.
        SourceEnded: If it lies after the last day of a closed source.
        SourceUnavailable: If a source can't be listed and no earlier night has published anything of it.
    """
    manifest = load_platform(platform)
    cases = _chosen_cases(manifest, use_cases)
    load_rules(platform)  # publish needs them hours later
    listings = _list_all(manifest)
    partition = _resolve(manifest, listings, partition_key, requested)
    with open_frame("discover", platform, partition, MODULES) as frame:
        footers = KnownFooters.load(frame.store, platform)
        rows = [row for listing in listings for row in _rows(frame, listing, footers)]
        rows += _never_seen(manifest, {row["asset_id"] for row in rows})
        rows.sort(key=lambda row: (row["asset_id"], row["source_partition"]))
        content = fingerprint(rows)
        discovered = frame.publish(DISCOVERED, lambda: pa.Table.from_pylist(rows, schema=DISCOVERED.schema), inputs=[content])
        footers.publish(frame)
        report_late(frame, rows)
        others = read_catalogues(frame, discovered)
        said = [*(row for listing in listings for row in _declared(frame.platform, listing)), *others.declared]
        frame.publish(DECLARED, lambda: pa.Table.from_pylist(said, schema=DECLARED.schema), inputs=[fingerprint(said)])
        frame.publish(DECLARED_LINEAGE, lambda: others.lineage_table, inputs=[fingerprint(others.lineage)])
        frame.publish(CATALOGUE_COVERAGE, lambda: others.coverage_table, inputs=[fingerprint(others.coverage)])
        for row in rows:
            if row["status"] in ("unreadable", "outage"):
                logger.warning("%s %s is %s: %s", row["asset_id"], row["source_partition"], row["status"], row["reason"])
    sizes: dict[str, int] = {}
    for row in rows:
        sizes[row["asset_id"]] = sizes.get(row["asset_id"], 0) + row["bytes"]
    logger.info("%s %s: %d assets, %d partitions in reach, %d bytes", platform, partition, len(sizes), len(rows),
                sum(sizes.values()))
    return Night(platform, partition, cases, retrain, note, discovered, balance(sizes, _MOST_BATCHES), retune, audit)


def resolve(platform: str, requested: str | None = None) -> str:
    """The partition that a run would work on, without running it; raises what `discover` would."""
    manifest = load_platform(platform)
    return _resolve(manifest, _list_all(manifest), None, requested)


def _list_all(manifest: Platform) -> list[_Listing]:
    store = open_store()
    return [_list(store, manifest, source) for source in manifest.sources]


def _resolve(manifest: Platform, listings: Sequence[_Listing], partition_key: str | None, requested: str | None) -> str:
    labels = {asset: found for listing in listings for asset, found in listing.labels(manifest).items()}
    ended = manifest.closed and all(listing.outage is None for listing in listings)  # an outage hides where the source ends
    return resolve_partition(partition_key=partition_key, requested=requested, labels=labels, closed=ended,
                             outcomes=sorted({table_of(manifest, case.outcome.asset) for case in manifest.use_cases}))


def _chosen_cases(manifest: Platform, wanted: Sequence[str]) -> tuple[str, ...]:
    known = [case.name for case in manifest.use_cases]
    for name in wanted:
        if name not in known:
            raise ConfigError(f"the run's use_cases for {manifest.platform}", f"unknown use case {name!r}",
                              f"name some of {', '.join(known) or 'none'}")
    return tuple(name for name in known if not wanted or name in wanted)


# -- listing ----------------------------------------------------------------------------------------------------------


def _list(store: ArtifactStore, manifest: Platform, entry: Files | Database) -> _Listing:
    try:
        source = open_source(entry)
        return _Listing(entry.name, source, source.list_tables())
    except SourceUnavailable as error:
        remembered = _remembered(store, manifest, entry.name)
        if not remembered:
            raise
        logger.warning("source %s is out of reach, its published partitions are used: %s", entry.name, error)
        return _Listing(entry.name, None, outage=str(error), remembered=remembered)


def _remembered(store: ArtifactStore, manifest: Platform, source: str) -> list[_Row]:
    """Rows that were good in any earlier night, the newest night's word for each asset and label."""
    found: dict[tuple[str, str], _Row] = {}
    for partition in store.partitions(DISCOVERED, manifest.platform):
        for row in store.read(store.get(DISCOVERED, manifest.platform, partition)).to_pylist():
            if row["asset_id"].startswith(f"{source}.") and row["fingerprint"]:
                found[row["asset_id"], row["source_partition"]] = row
    return list(found.values())


# -- late data --------------------------------------------------------------------------------------------------------


def report_late(frame: Frame, rows: Sequence[_Row]) -> None:
    """Publish and log which partitions were run on other data than there are now, as far back as this one reads.

    Args:
        frame: Surroundings of the step.
        rows: Of this partition's `discovered`.
    """
    platform, oldest = frame.platform.platform, date.fromisoformat(frame.partition) - timedelta(days=frame.platform.reach_days)
    runs = [p for p in frame.store.partitions(DISCOVERED, platform) if oldest.isoformat() <= p < frame.partition]
    refs = {p: frame.store.get(DISCOVERED, platform, p) for p in runs}
    needed = ["asset_id", "source_partition", "status", "fingerprint"]
    late = find_late(rows, {p: frame.store.read(ref, needed).to_pylist() for p, ref in refs.items()})
    found = [{**asdict(one), "affected": list(one.affected)} for one in late]
    frame.publish(LATE_DATA, lambda: pa.Table.from_pylist(found, schema=LATE_DATA.schema), inputs=[fingerprint(found)])
    stale = sorted({partition for one in late for partition in one.affected})
    if stale:
        logger.warning("%d source partitions came or changed late, the first %s of %s: %d partitions were run without, from %s "
                       "to %s; run them again", len(late), late[0].source_partition, late[0].asset_id, len(stale), stale[0],
                       stale[-1])


# -- rows -------------------------------------------------------------------------------------------------------------


def _rows(frame: Frame, listing: _Listing, footers: KnownFooters) -> Iterable[_Row]:
    """Rows of `discovered` for every asset of one source."""
    if listing.source is None:
        yield from _outage_rows(frame, listing)
        return
    for table in listing.tables:
        with frame.measure(f"{listing.name}.{table.name}"):
            yield from _table_rows(frame, listing.source, f"{listing.name}.{table.name}", table, footers)


def _table_rows(frame: Frame, source: Connector, asset_id: str, table: SourceTable,
                footers: KnownFooters) -> Iterable[_Row]:
    """Rows of one table, or of the column groups that the manifest splits it into."""
    ahead = _ahead(frame.platform, asset_id)
    visible = visible_labels([p.label for p in table.partitions], frame.partition,
                             reach_days=frame.platform.reach_days, known_ahead=ahead)
    partitions = [p for p in table.partitions if p.label in visible]
    found = [(partition, *_look(frame, source, asset_id, partition, footers)) for partition in partitions]
    absent = missing_labels([p.label for p in partitions], frame.partition)
    for asset, columns in split_table(frame.platform, asset_id).items():
        rows = [_row(asset, partition, footer, problem, columns) for partition, footer, problem in found]
        _describe(rows)
        yield from rows
        yield from (_absent_row(asset, label, "missing", f"{asset} has no partition {label}, though one was due; deliver it "
                                                         "late, or leave it if there was nothing to deliver", rows)
                    for label in absent)
        if not rows:
            yield _absent_row(asset, "", "missing", f"no partition of {asset} within reach of {frame.partition}", [])


def _declared(manifest: Platform, listing: _Listing) -> Iterable[_Row]:
    """Rows of `declared`: what a source says of its tables and columns beside their rows, for each of their assets."""
    for table in listing.tables:
        name, said = f"{listing.name}.{table.name}", table.declared
        plain = {"origin": listing.name, "comment": None, "owner": None, "tier": None, "key_position": None,
                 "refers_to_asset": None, "refers_to_column": None, "row_estimate": None, "view": said.view}
        targets = {column: (f"{listing.name}.{key.table}", to) for key in said.references
                   for column, to in zip(key.columns, key.to_columns, strict=True)}
        for asset, columns in split_table(manifest, name).items():
            if said.comment or said.view or said.row_estimate is not None:
                yield plain | {"asset_id": asset, "column": None, "comment": said.comment, "row_estimate": said.row_estimate}
            for column in dict.fromkeys([*said.primary_key, *targets, *said.column_comments]):
                if columns is None or column in columns:
                    asset_to, column_to = targets.get(column, (None, None))
                    place = said.primary_key.index(column) if column in said.primary_key else None
                    yield plain | {"asset_id": asset, "column": column, "comment": said.column_comments.get(column),
                                   "key_position": place, "refers_to_asset": asset_to, "refers_to_column": column_to}


def _ahead(manifest: Platform, asset_id: str) -> int:
    """Days before its date that a partition of the table is known, by any of its column groups."""
    return max(manifest.known_ahead(asset) for asset in (asset_id, *split_table(manifest, asset_id)))


def _look(frame: Frame, source: Connector, asset_id: str, partition: SourcePartition,
          footers: KnownFooters) -> tuple[Footer | None, str | None]:
    """What a partition's files say, or why they don't."""
    if not partition.files:
        return None, f"{partition.location} holds no file of a format that is read"
    try:
        return staying.look(frame, source, asset_id, partition) or footers.look(source, partition), None
    except (UnreadableData, SourceUnavailable) as error:
        return None, str(error)


def _row(asset: str, partition: SourcePartition, footer: Footer | None, problem: str | None,
         columns: Sequence[str] | None) -> _Row:
    row = {
        "asset_id": asset, "source_partition": partition.label, "status": "ok", "reason": None, "location": partition.location,
        "format": partition.format, "files": list(partition.files), "bytes": partition.bytes, "row_count": None,
        "fingerprint": "", "schema": None, "schema_change": None, "rhythm_days": None,
    }
    if footer is None:
        return row | {"status": "unreadable" if partition.files else "missing", "reason": problem}
    schema = {name: footer.schema[name] for name in columns or footer.schema if name in footer.schema}
    lost = [name for name in columns or () if name not in footer.schema]
    if lost:
        row |= {"status": "unreadable", "reason": f"column {lost[0]!r} of the group is not in {shorten(partition.location)}; "
                                                  "correct the group in platform.yaml, or the source"}
    size = partition.bytes if columns is None else sum(footer.column_bytes[name] for name in schema)
    return row | {"bytes": size, "row_count": footer.row_count, "fingerprint": footer.fingerprint, "schema": json.dumps(schema)}


def _absent_row(asset: str, label: str, status: str, reason: str, known: Sequence[Mapping[str, Any]]) -> _Row:
    """A row for something that isn't there, at the place where its neighbours are."""
    place: Mapping[str, Any] = known[-1] if known else {"location": "", "format": "", "rhythm_days": None}
    return {
        "asset_id": asset, "source_partition": label, "status": status, "reason": reason,
        "location": place["location"].rpartition("/")[0], "format": place["format"], "files": [], "bytes": 0,
        "row_count": None, "fingerprint": "", "schema": None, "schema_change": None, "rhythm_days": place["rhythm_days"],
    }


def _describe(rows: list[_Row]) -> None:
    """Add rhythm and schema drift, and refuse labels whose columns have another type than the others."""
    beat = rhythm([row["source_partition"] for row in rows])
    schemas: dict[str, dict[str, str]] = {}
    before: dict[str, str] | None = None
    for row in rows:
        row["rhythm_days"] = beat
        if row["schema"] is not None:
            schema = schemas[row["source_partition"]] = json.loads(row["schema"])
            row["schema_change"] = describe_drift(before, schema)
            before = schema
    retyped = retyped_columns(schemas)
    for row in rows:
        if row["status"] == "ok" and row["source_partition"] in retyped:
            column, kind, usual = retyped[row["source_partition"]]
            row["status"], row["reason"] = "unreadable", str(UnreadableData(
                "{location}/{files[0]}".format(**row), f"it is {kind} here and {usual} in most partitions", column=column))


def _outage_rows(frame: Frame, listing: _Listing) -> Iterable[_Row]:
    """Rows of a source that can't be listed, from what earlier nights found there."""
    by_asset: dict[str, dict[str, _Row]] = {}
    for row in listing.remembered:
        by_asset.setdefault(row["asset_id"], {})[row["source_partition"]] = row
    for asset, known in sorted(by_asset.items()):
        visible = visible_labels(known, frame.partition, reach_days=frame.platform.reach_days,
                                 known_ahead=_ahead(frame.platform, table_of(frame.platform, asset)))
        rows = [known[label] | {"status": "outage", "reason": listing.outage} for label in visible]
        yield from rows
        if not rows:
            yield _absent_row(asset, "", "outage", str(listing.outage), [])


def _never_seen(manifest: Platform, seen: set[str]) -> list[_Row]:
    """Assets that the manifest speaks of but no source lists."""
    named = [*manifest.assets, *(case.outcome.asset for case in manifest.use_cases),
             *(asset for case in manifest.use_cases for asset in (*case.known_ahead, *(case.assets or ())))]
    expected = {asset for name in named for asset in split_table(manifest, name)}
    return [_absent_row(asset, "", "missing", f"the manifest names {asset}, but no source lists it; "
                                              "restore the table, or correct its name in platform.yaml", [])
            for asset in sorted(expected - seen)]
