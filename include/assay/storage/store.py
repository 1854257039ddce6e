"""Publish and read artifacts.

Layout: `<root>/<platform>/ds=<partition>/<contract>[/<name>]/part-*.parquet` and `_manifest.json`; files that are not tables
lie in a folder `files-*`. Parts and folders are named by their content and the manifest, written last and replaced in one
move, lists them: a reader sees the old artifact or the new one, never a mixture, and a crash leaves at worst files that no
manifest names. A later publish removes those, once they are too old to belong to a writer that is still at work.
"""

from __future__ import annotations

import hashlib
import io
import json
import logging
import os
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
from fsspec.implementations.local import LocalFileSystem

from assay.config.settings import storage_uri
from assay.contracts.contract import Contract
from assay.contracts.refs import ArtifactRef
from assay.contracts.schemas import CONTRACTS
from assay.errors import ArtifactMissing
from assay.storage.fingerprint import fingerprint
from assay.storage.retention import Stored

logger = logging.getLogger(__name__)

_MANIFEST = "_manifest.json"
_ROW_GROUP = 131_072
_GRACE_SECONDS = 3600.0  # no writer takes longer from its first part to its manifest


@dataclass(frozen=True)
class Recipe:
    """What an artifact is made from; equal recipes give equal bytes, so the published one is reused.

    Attributes:
        inputs: Fingerprints of every artifact or source file read.
        config: Fingerprint of the effective configuration.
        code: Fingerprint of the sources of the step's modules.
    """

    inputs: tuple[str, ...]
    config: str
    code: str

    @property
    def key(self) -> str:
        """Hex SHA-256 of the recipe."""
        return fingerprint(sorted(self.inputs), self.config, self.code)


@dataclass
class Traffic:
    """Bytes moved through one store object, for `run_metrics`."""

    read: int = 0
    written: int = 0


@dataclass
class ArtifactStore:
    """Artifacts below one root.

    Attributes:
        root: fsspec URI of shared storage.
        traffic: What this object has read and written so far.
    """

    root: str
    traffic: Traffic = field(default_factory=Traffic)

    def __post_init__(self) -> None:
        self._fs, self._base = fsspec.core.url_to_fs(self.root)

    # -- where things lie ---------------------------------------------------------------------------------------------

    def uri(self, contract: Contract, platform: str, partition: str, name: str = "") -> str:
        """Folder of an artifact below the root, whether published or not; the same wherever the root lies."""
        tail = f"/{name}" if name else ""
        return f"{platform}/ds={partition}/{contract.name}{tail}"

    def _path(self, uri: str) -> str:
        return f"{str(self._base).rstrip('/')}/{uri}"

    # -- reading ------------------------------------------------------------------------------------------------------

    def manifest(self, uri: str) -> dict[str, Any]:
        """The commit manifest of the artifact at `uri`.

        Raises:
            ArtifactMissing: If nothing has been published there.
        """
        try:
            content = self._fs.cat_file(f"{self._path(uri)}/{_MANIFEST}")
        except FileNotFoundError as error:
            raise ArtifactMissing(f"artifact {uri}", self.root) from error
        loaded: dict[str, Any] = json.loads(content)
        return loaded

    def get(self, contract: Contract, platform: str, partition: str, name: str = "") -> ArtifactRef:
        """Reference to a published artifact.

        Raises:
            ArtifactMissing: If it has not been published.
        """
        uri = self.uri(contract, platform, partition, name)
        return self._ref(uri, self.manifest(uri))

    def find(self, contract: Contract, platform: str, partition: str, name: str = "", *,
             recipe: Recipe | None = None) -> ArtifactRef | None:
        """Reference to a published artifact, or None; with `recipe`, only if it was made by an equal one."""
        uri = self.uri(contract, platform, partition, name)
        try:
            manifest = self.manifest(uri)
        except ArtifactMissing:
            return None
        if recipe is not None and (manifest["key"] != recipe.key or manifest["version"] != contract.version):
            return None
        return self._ref(uri, manifest)

    def partitions(self, contract: Contract, platform: str, name: str = "") -> list[str]:
        """Partitions in which the artifact has been published, ascending."""
        tail = f"{name}/" if name else ""
        pattern = self._path(f"{platform}/ds=*/{contract.name}/{tail}{_MANIFEST}")
        depth = len(self._path(platform).split("/"))
        return sorted(path.split("/")[depth].removeprefix("ds=") for path in self._fs.glob(pattern))

    def reach(self) -> None:
        """List the root, which finds nothing out but that it can be: a search merely finds nothing in what it can't list.

        Raises:
            Exception: Whatever the filesystem raises; nothing where the root isn't there yet.
        """
        with suppress(FileNotFoundError):
            self._fs.ls(self._base, detail=False)

    def artifacts(self, platform: str, contract: Contract | None = None) -> list[Stored]:
        """All published artifacts of a platform, or those of one contract, by uri."""
        base, out = f"{self._path(platform)}/", []
        below = f"ds=*/{contract.name}/**" if contract else "ds=*/**"
        for path in sorted(map(str, self._fs.glob(f"{base}{below}/{_MANIFEST}"))):
            day, kind, *name = path.removeprefix(base).removesuffix(f"/{_MANIFEST}").split("/")
            uri = "/".join((platform, day, kind, *name))
            size = sum(int(entry["bytes"]) for entry in self.manifest(uri)["files"])
            out.append(Stored(uri, kind, day.removeprefix("ds="), "/".join(name), size))
        return out

    def files(self, ref: ArtifactRef) -> list[str]:
        """Full paths of the artifact's files, as its filesystem understands them."""
        folder = self._path(ref.uri)
        return [f"{folder}/{entry['name']}" for entry in self.manifest(ref.uri)["files"]]

    def place(self, ref: ArtifactRef, name: str) -> str:
        """Where a file that was published under `name` by `publish_files` lies, below the artifact's folder.

        Raises:
            ArtifactMissing: If the artifact has no file of that name.
        """
        for entry in self.manifest(ref.uri)["files"]:
            if entry["label"] == name:
                return str(entry["name"])
        raise ArtifactMissing(f"file {name!r}", ref.uri)

    def read(self, ref: ArtifactRef, columns: list[str] | None = None) -> pa.Table:
        """The whole artifact as one table."""
        tables = []
        for path in self.files(ref):
            with self._fs.open(path, "rb") as handle:
                tables.append(pq.read_table(handle, columns=columns))
        self.traffic.read += sum(table.nbytes for table in tables)
        return pa.concat_tables(tables)

    def read_in_parts(self, ref: ArtifactRef, columns: list[str] | None = None) -> Iterator[pa.Table]:
        """The artifact row group by row group, in order, so that no more than one has to be held; at least one table.

        Of `columns` those that it hasn't got are left out.
        """
        for path in self.files(ref):
            with self._fs.open(path, "rb") as handle:
                file = pq.ParquetFile(handle)
                for group in range(file.num_row_groups):
                    table = file.read_row_group(group, columns=columns)
                    self.traffic.read += table.nbytes
                    yield table

    def read_file(self, ref: ArtifactRef, name: str) -> bytes:
        """The content of one file that was published under `name` by `publish_files`.

        Raises:
            ArtifactMissing: If the artifact has no file of that name.
        """
        content: bytes = self._fs.cat_file(f"{self._path(ref.uri)}/{self.place(ref, name)}")
        self.traffic.read += len(content)
        return content

    def read_all_files(self, ref: ArtifactRef) -> dict[str, bytes]:
        """The content of every file below the artifact's folder, by its place there."""
        names = [str(entry["name"]) for entry in self.manifest(ref.uri)["files"]]
        contents: dict[str, bytes] = {name: self._fs.cat_file(f"{self._path(ref.uri)}/{name}") for name in names}
        self.traffic.read += sum(map(len, contents.values()))
        return contents

    # -- writing ------------------------------------------------------------------------------------------------------

    def publish(self, contract: Contract, tables: pa.Table | Iterable[pa.Table], *, platform: str, partition: str,
                name: str = "", recipe: Recipe) -> ArtifactRef:
        """Write `tables`, one file each, and commit them as one artifact.

        Raises:
            ContractError: If a table doesn't match the contract; nothing is published then.
        """
        uri = self.uri(contract, platform, partition, name)
        files, rows = [], 0
        for number, table in enumerate([tables] if isinstance(tables, pa.Table) else tables):
            conformed = contract.conform(table)
            rows += conformed.num_rows
            label, content = f"part-{number:05d}", _parquet(conformed)
            written = self._write(uri, f"{label}-{_digest(content)[:16]}.parquet", content)
            files.append(written | {"label": label, "rows": conformed.num_rows})
        return self._commit(contract, uri, files, rows, recipe, fingerprint([entry["sha256"] for entry in files]))

    def publish_files(self, contract: Contract, contents: Mapping[str, bytes], *, platform: str, partition: str,
                      name: str = "", recipe: Recipe, identity: str | None = None) -> ArtifactRef:
        """Write files that are not tables and commit them as one artifact.

        Args:
            contract: An open contract without columns.
            contents: Content by name; a name may hold slashes. Names are kept, side by side in one folder, so that links
                between the files hold.
            platform: Name of the platform.
            partition: Partition to publish under.
            name: Asset, use case or step that the artifact is of.
            recipe: What the files are made from.
            identity: Fingerprint of what matters in the files where their bytes carry dates (model weights).
        """
        uri = self.uri(contract, platform, partition, name)
        folder = "files-" + fingerprint({label: _digest(content) for label, content in contents.items()})[:16]
        files = [self._write(uri, f"{folder}/{label}", content) | {"label": label}
                 for label, content in sorted(contents.items())]
        return self._commit(contract, uri, files, 0, recipe, identity or fingerprint([entry["sha256"] for entry in files]))

    def remove(self, uri: str) -> None:
        """Remove the artifact at `uri`, its manifest first, so that no reader sees half of it; artifacts below it stay."""
        files = self.manifest(uri)["files"]
        self._fs.rm_file(f"{self._path(uri)}/{_MANIFEST}")
        for head in sorted({str(entry["name"]).split("/", 1)[0] for entry in files}):
            self._fs.rm(f"{self._path(uri)}/{head}", recursive=True)
        self._leave(self._path(uri))

    def _leave(self, folder: str) -> None:
        """Remove a folder that has become empty, and those above it, up to the platform's; object stores have none."""
        while isinstance(self._fs, LocalFileSystem) and not self._fs.ls(folder) and "/ds=" in folder:
            self._fs.rmdir(folder)
            folder = folder.rsplit("/", 1)[0]

    def _write(self, uri: str, file_name: str, content: bytes) -> dict[str, Any]:
        """Write one file; its entry in the manifest."""
        path = f"{self._path(uri)}/{file_name}"
        self._fs.makedirs(path.rsplit("/", 1)[0], exist_ok=True)
        self._replace(path, content)
        self.traffic.written += len(content)
        return {"name": file_name, "sha256": _digest(content), "bytes": len(content)}

    def _replace(self, path: str, content: bytes) -> None:
        """Put `content` at `path` in one step: a rename on local disks, one PUT on object stores."""
        if not isinstance(self._fs, LocalFileSystem):
            self._fs.pipe_file(path, content)
            return
        draft = f"{path}.{uuid.uuid4().hex}.draft"
        with self._fs.open(draft, "wb") as handle:
            handle.write(content)
        os.replace(draft, path)  # noqa: PTH105 - fsspec paths are plain strings

    def _commit(self, contract: Contract, uri: str, files: list[dict[str, Any]], rows: int, recipe: Recipe,
                identity: str) -> ArtifactRef:
        manifest = {
            "contract": contract.name, "version": contract.version, "rows": rows, "files": files,
            "fingerprint": identity, "key": recipe.key, "inputs": sorted(recipe.inputs), "config": recipe.config,
            "code": recipe.code,
        }
        self._replace(f"{self._path(uri)}/{_MANIFEST}", json.dumps(manifest, indent=1, sort_keys=True).encode())
        self._sweep(uri, {entry["name"].split("/", 1)[0] for entry in files})
        logger.info("published %s with %d rows", uri, rows)
        return self._ref(uri, manifest)

    def _sweep(self, uri: str, kept: set[str]) -> None:
        """Remove what no manifest names from the artifact's own folder, unless another writer may be about to name it."""
        folder = self._path(uri)
        stale: dict[str, list[str]] = {}
        for path in self._fs.find(folder):
            head = str(path).removeprefix(f"{folder}/").split("/", 1)[0]
            if head.startswith(("part-", "files-", f"{_MANIFEST}.")) and head not in kept:
                stale.setdefault(head, []).append(path)
        for head, paths in stale.items():
            with suppress(FileNotFoundError):  # another writer's draft has got its name, or its sweep was first
                if max(self._fs.modified(path).timestamp() for path in paths) < time.time() - _GRACE_SECONDS:
                    self._fs.rm(f"{folder}/{head}", recursive=True)

    @staticmethod
    def _ref(uri: str, manifest: dict[str, Any]) -> ArtifactRef:
        return ArtifactRef(CONTRACTS[manifest["contract"]].name, uri, manifest["rows"], manifest["fingerprint"])


STORE: ContextVar[ArtifactStore | None] = ContextVar("store", default=None)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _parquet(table: pa.Table) -> bytes:
    """The table as parquet: equal tables give equal bytes."""
    buffer = io.BytesIO()
    pq.write_table(table.combine_chunks(), buffer, compression="snappy", row_group_size=_ROW_GROUP)
    return buffer.getvalue()


def open_store() -> ArtifactStore:
    """The store that was set for what is under way, else the one that the environment names."""
    return STORE.get() or ArtifactStore(storage_uri())
