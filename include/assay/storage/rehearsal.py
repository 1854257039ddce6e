"""A store that notes what is published through it, and that can keep it in memory: nothing of a rehearsal reaches storage."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
from fsspec.utils import glob_translate

from assay.config.settings import storage_uri
from assay.contracts.contract import Contract
from assay.contracts.refs import ArtifactRef
from assay.contracts.schemas import RUN_METRICS
from assay.storage.store import STORE, ArtifactStore, Recipe


@dataclass(frozen=True)
class Published:
    """An artifact that was made anew.

    Attributes:
        partition: Under which it stands.
        contract: Name of its contract.
        name: Use case or asset that it is of, empty where there is one a partition.
        changed: Whether its content is another than before.
    """

    partition: str
    contract: str
    name: str
    changed: bool


class _Overlay:
    """A filesystem on top of another one: what is written stays in memory, what is read is looked for there first."""

    def __init__(self, below: Any) -> None:
        self._below, self._files = below, dict[str, bytes]()

    def cat_file(self, path: str) -> bytes:
        content: bytes = self._files[path] if path in self._files else self._below.cat_file(path)
        return content

    def open(self, path: str, mode: str) -> Any:
        return io.BytesIO(self._files[path]) if path in self._files else self._below.open(path, mode)

    def glob(self, pattern: str) -> list[str]:
        wanted = re.compile(glob_translate(pattern))
        return sorted({*map(str, self._below.glob(pattern)), *(path for path in self._files if wanted.match(path))})

    def pipe_file(self, path: str, content: bytes) -> None:
        self._files[path] = content

    def makedirs(self, path: str, *, exist_ok: bool) -> None:
        """Folders in memory need not be made."""

    def find(self, path: str) -> list[str]:
        """Nothing, so that nothing is swept away."""
        return []


@dataclass
class NotingStore(ArtifactStore):
    """A store that notes what is made anew through it. What steps took is left as the nights have measured it.

    Attributes:
        rehearse: Keep everything in memory.
        published: In the order of publishing.
    """

    rehearse: bool = False
    published: list[Published] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Put the memory on top of what is stored."""
        super().__post_init__()
        if self.rehearse:
            self._fs = _Overlay(self._fs)

    def publish(self, contract: Contract, tables: pa.Table | Iterable[pa.Table], *, platform: str, partition: str,
                name: str = "", recipe: Recipe) -> ArtifactRef:
        """As every store does, but for `run_metrics`."""
        if contract.name == RUN_METRICS.name:
            return ArtifactRef(contract.name, self.uri(contract, platform, partition, name), 0, "")
        before = self.find(contract, platform, partition, name)
        made = super().publish(contract, tables, platform=platform, partition=partition, name=name, recipe=recipe)
        return self._note(contract, partition, name, before, made)

    def publish_files(self, contract: Contract, contents: Mapping[str, bytes], *, platform: str, partition: str,
                      name: str = "", recipe: Recipe, identity: str | None = None) -> ArtifactRef:
        """As every store does."""
        before = self.find(contract, platform, partition, name)
        made = super().publish_files(contract, contents, platform=platform, partition=partition, name=name, recipe=recipe,
                                     identity=identity)
        return self._note(contract, partition, name, before, made)

    def _note(self, contract: Contract, partition: str, name: str, before: ArtifactRef | None,
              made: ArtifactRef) -> ArtifactRef:
        changed = before is None or before.fingerprint != made.fingerprint
        self.published.append(Published(partition, contract.name, name, changed))
        return made


@contextmanager
def noting(*, rehearse: bool = False) -> Iterator[NotingStore]:
    """Steps that are called inside publish through a store that notes it.

    Args:
        rehearse: Publish into memory alone.
    """
    store = NotingStore(storage_uri(), rehearse=rehearse)
    token = STORE.set(store)
    try:
        yield store
    finally:
        STORE.reset(token)
