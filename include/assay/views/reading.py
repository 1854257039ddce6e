"""Reading finished artifacts again and again, as a server does: a short memory, and one sentence for whatever goes wrong."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pyarrow as pa

from assay.contracts.contract import Contract
from assay.contracts.refs import ArtifactRef
from assay.contracts.schemas import INVENTORY
from assay.errors import ArtifactMissing, ArtifactTooNew, AssayError, StorageUnreachable
from assay.storage import ArtifactStore

_FRESH_SECONDS = 2.0  # a night takes minutes: nobody notices that it shows two seconds later
_REMEMBERED = 12  # views, of which that of 5,000 assets takes 20 MB
_MANIFESTS = 4096
_T = TypeVar("_T")
_Row = dict[str, Any]


@dataclass
class Reader:
    """Reads one store for many.

    Attributes:
        store: Shared storage.
    """

    store: ArtifactStore
    _lock: threading.RLock = field(default_factory=threading.RLock, repr=False)
    _looked: OrderedDict[Hashable, tuple[float, Any]] = field(default_factory=OrderedDict, repr=False)
    _small: OrderedDict[Hashable, Any] = field(default_factory=OrderedDict, repr=False)
    _views: OrderedDict[Hashable, Any] = field(default_factory=OrderedDict, repr=False)

    def partitions(self, platform: str) -> list[str]:
        """Partitions that have an inventory, ascending.

        Raises:
            StorageUnreachable: If shared storage doesn't answer.
        """
        def look() -> list[str]:
            found = self.store.partitions(INVENTORY, platform)
            if not found:
                self.store.reach()
            return found

        return list(self._fresh(("partitions", platform), look))

    def resolve(self, platform: str, partition: str | None) -> str:
        """The partition asked for, or the newest that has an inventory.

        Raises:
            ArtifactMissing: If there is none.
            StorageUnreachable: If shared storage doesn't answer.
        """
        known = self.partitions(platform)
        if not known or (partition and partition not in known):
            raise ArtifactMissing(f"inventory of {platform}{f' on {partition}' if partition else ''}", self.store.root)
        return partition or known[-1]

    def manifest(self, contract: Contract, platform: str, partition: str, name: str = "") -> dict[str, Any] | None:
        """The commit manifest of an artifact; None where it has not been published.

        Raises:
            StorageUnreachable: If shared storage doesn't answer.
        """
        if ".." in name.split("/"):
            return None  # no asset that was ever published under its name has such a one: it would point elsewhere
        uri = self.store.uri(contract, platform, partition, name)
        found: dict[str, Any] | None = self._fresh(("manifest", uri), lambda: self._commit(uri))
        return found

    def remember(self, key: Hashable, make: Callable[[], _T]) -> _T:
        """What `make` gives, made once for each `key`, which must hold the fingerprints of what it is made from."""
        with self._lock:
            if key not in self._views:
                self._views[key] = make()
            self._views.move_to_end(key)
            while len(self._views) > _REMEMBERED:
                self._views.popitem(last=False)
            view: _T = self._views[key]
            return view

    def remember_small(self, key: Hashable, make: Callable[[], _T]) -> _T:
        """The same for what takes next to nothing."""
        with self._lock:
            if key not in self._small:
                self._small[key] = make()
            while len(self._small) > _MANIFESTS:
                self._small.popitem(last=False)
            small: _T = self._small[key]
            return small

    def _commit(self, uri: str) -> dict[str, Any] | None:
        try:
            return self.store.manifest(uri)
        except ArtifactMissing:
            return None

    def _fresh(self, key: Hashable, ask: Callable[[], _T]) -> _T:
        """The answer to a question to storage, at most two seconds old."""
        now = time.monotonic()
        with self._lock:
            if key in self._looked and now - self._looked[key][0] < _FRESH_SECONDS:
                known: _T = self._looked[key][1]
                return known
        found = self.ask(ask)
        with self._lock:
            self._looked[key] = now, found
            self._looked.move_to_end(key)
            while len(self._looked) > _MANIFESTS:
                self._looked.popitem(last=False)
        return found

    def ask(self, question: Callable[[], _T]) -> _T:
        """The answer of shared storage to one question.

        Raises:
            StorageUnreachable: If it doesn't answer.
        """
        try:
            return question()
        except AssayError:
            raise
        except Exception as error:
            raise StorageUnreachable(self.store.root, f"{type(error).__name__}: {error}") from error


@dataclass
class Published:
    """What one partition has published.

    Attributes:
        reader: Who reads it.
        platform: Name of the manifest.
        partition: Local day.
        older: Contracts whose artifacts were written by an older version, as far as they were read.
    """

    reader: Reader
    platform: str
    partition: str
    older: set[str] = field(default_factory=set)

    def fingerprint(self, contract: Contract, name: str = "") -> str:
        """Of the artifact; empty where there is none."""
        found = self.reader.manifest(contract, self.platform, self.partition, name)
        return str(found["fingerprint"]) if found else ""

    def fingerprints(self, contracts: Iterable[Contract], names: Iterable[str] = ("",)) -> tuple[str, ...]:
        """Of the artifacts of several contracts, each under all `names`."""
        kept = list(names)
        return tuple(self.fingerprint(contract, name) for contract in contracts for name in kept)

    def table(self, contract: Contract, name: str = "", columns: Sequence[str] | None = None) -> pa.Table | None:
        """The artifact with the columns of its contract, or those asked for, as far as it has them; None where there is none.

        Raises:
            ArtifactTooNew: If a newer version has written it.
            StorageUnreachable: If shared storage doesn't answer.
        """
        manifest = self.reader.manifest(contract, self.platform, self.partition, name)
        if manifest is None:
            return None
        uri = self.reader.store.uri(contract, self.platform, self.partition, name)
        if manifest["version"] > contract.version:
            raise ArtifactTooNew(uri)
        wanted = list(contract.schema.names if columns is None else columns)
        ref = ArtifactRef(contract.name, uri, manifest["rows"], manifest["fingerprint"])
        # in parts, since a part is read without pandas, which a web server has no memory for
        found = self.reader.ask(lambda: pa.concat_tables(self.reader.store.read_in_parts(ref, wanted)))
        if manifest["version"] < contract.version or not set(wanted) <= set(found.column_names):
            self.older.add(contract.name)
        return found

    def cells(self, contract: Contract, columns: Sequence[str], name: str = "") -> Iterator[tuple[Any, ...]]:
        """The columns asked for, row by row; what an older version didn't write is None.

        Of many rows this takes a fraction of the memory of `rows`.

        Raises:
            ArtifactTooNew: If a newer version has written it.
            StorageUnreachable: If shared storage doesn't answer.
        """
        found = self.table(contract, name, columns)
        if found is None:
            return iter(())
        known = set(found.column_names)
        return zip(*(found.column(column).to_pylist() if column in known else [None] * found.num_rows for column in columns))

    def rows(self, contract: Contract, name: str = "", columns: Sequence[str] | None = None, *,
             asset: str | None = None, of: Sequence[str] = ("asset_id",)) -> list[_Row]:
        """The same as rows; what an older version didn't write is None.

        Args:
            contract: Of the artifact.
            name: Asset or use case that it is of.
            columns: By default all of the contract.
            asset: Only rows of this asset.
            of: Columns of which one must name it.

        Raises:
            ArtifactTooNew: If a newer version has written it.
            StorageUnreachable: If shared storage doesn't answer.
        """
        found = self.table(contract, name, columns)
        if found is None:
            return []
        if asset is None:
            rows: list[_Row] = found.to_pylist()
        else:
            places = sorted({place for column in of for place, own in enumerate(found.column(column).to_pylist())
                             if own == asset})
            rows = [row for place in places for row in found.slice(place, 1).to_pylist()]
        missing = [column for column in columns or contract.schema.names if column not in found.column_names]
        return [row | dict.fromkeys(missing) for row in rows] if missing else rows

    def notices(self) -> list[str]:
        """What a reader should know of the artifacts themselves."""
        if not self.older:
            return []
        return [f"An older version of assay wrote {', '.join(sorted(self.older))} of {self.partition}, so some of it is "
                f"missing here; run the partition again to have all of it."]
