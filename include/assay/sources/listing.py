"""Files that a manifest names by a path, a folder or a glob, on any fsspec filesystem."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from gzip import BadGzipFile
from typing import Any

import fsspec

from assay.errors import SourceUnavailable, UnreadableData

PACKED = ("", ".gz", ".bz2", ".zst")  # endings of archives that are opened


@dataclass(frozen=True)
class ListedFile:
    """One file.

    Attributes:
        name: Its path, as its filesystem understands it.
    """

    name: str
    _fs: Any

    def content(self) -> bytes:
        """The file's bytes, unpacked.

        Raises:
            SourceUnavailable: If it can't be fetched.
            UnreadableData: If its archive is torn.
        """
        try:
            with self._fs.open(self.name, "rb", compression="infer") as handle:
                found: bytes = handle.read()
                return found
        except (EOFError, zlib.error, BadGzipFile) as error:
            raise UnreadableData(self.name, f"its archive is torn: {error}") from error
        except OSError as error:
            raise SourceUnavailable(self.name, str(error)) from error


def list_files(path: str, formats: Sequence[str], key: str) -> list[ListedFile]:
    """The files of some formats below a path, by name; hidden ones and drafts (`_…`) are left alone.

    Args:
        path: fsspec URI of a file or folder, or a glob.
        formats: Endings without the dot, such as jsonl; each may be packed once more.
        key: Key of the manifest that says the path.

    Raises:
        SourceUnavailable: If nothing lies there, or it can't be listed.
    """
    remedy = f"correct the path under {key} in platform.yaml"
    endings = tuple(f".{kind}{packed}" for kind in formats for packed in PACKED)
    try:
        fs, base = fsspec.core.url_to_fs(path)
        fs.invalidate_cache()
        found = fs.glob(base) if "*" in base else fs.find(base)
    except (OSError, ImportError, ValueError) as error:
        raise SourceUnavailable(path, str(error), remedy) from error
    files = [ListedFile(name, fs) for name in sorted(found)
             if name.lower().endswith(endings) and not name.rpartition("/")[2].startswith((".", "_"))]
    if not files:
        shown = [kind for kind in formats if kind != "ndjson"]
        raise SourceUnavailable(path, f"no {', '.join(shown[:-1])} or {shown[-1]} file lies there", remedy)
    return files
