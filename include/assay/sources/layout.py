"""From the files below a folder to tables and their dated partitions, by what people call files and folders.

These are one table each:

    orders/ds=2026-03-01/part-0.parquet                   hive folders, whatever the key; 20260301 and 2026-03 are dates, too
    orders/year=2026/month=3/day=1/part-0.parquet         the same in three levels, also as 2026/03/01
    orders/2026-03-01.csv, orders_2026-03-01.csv, …       dates in names
    orders_1.csv, orders_2.csv, part-00000-<uuid>.parquet numbered parts
    crm/orders.csv, crm/customers.csv                     files of different columns: crm.orders and crm.customers

A partition's *label* is a date: a month's is its last day, since what is delivered for a month isn't whole before. Hive values
that make no label become columns. Where names leave open whether files are parts of one table, their columns decide.
"""

from __future__ import annotations

import calendar
import datetime as dt
import logging
import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from assay.sources.formats import split_name

logger = logging.getLogger(__name__)

_YEARS = range(1990, 2100)
_DAY = re.compile(r"(?<!\d)((?:19|20)\d\d)([-_.]?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])"
                  r"(?:[T_-]?\d{2}[-:_]?\d{2}(?:[-:_]?\d{2})?Z?)?(?!\d)")  # a time of day says nothing more
_MONTH = re.compile(r"(?<!\d)((?:19|20)\d\d)[-_.]?(0[1-9]|1[0-2])(?!\d)")
_WEEK = re.compile(r"((?:19|20)\d\d)-?W(\d{2})")
_UNIQUE = re.compile(r"[-_.]?(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?=[0-9a-f]*\d)[0-9a-f]{16,})", re.IGNORECASE)
_PACKED = re.compile(r"\.(snappy|gz|gzip|zstd|zst|lz4|brotli)$", re.IGNORECASE)
_NUMBER = re.compile(r"[-_. ]*(?:(?<![^\W_])(?:part|chunk|batch|slice|shard|block|split|file|data|pt|p|c|no)[-_. ]*)?"
                     r"\(?\d+\)?(?:-of-\d+)?$", re.IGNORECASE)
_NAMELESS = {"", "part", "parts", "data", "file", "chunk", "batch", "export", "output"}
_UNITS = (("year", "yyyy", "y"), ("month", "mm", "mon", "m"), ("day", "dd", "d"))
_ALIKE = 0.5  # share of the smaller one's columns


@dataclass(frozen=True)
class Listed:
    """Something below a source's folder.

    Attributes:
        path: Below the folder, parts divided by `/`; a dated folder without data ends in `/`.
        bytes: Its size.
        version: Changes whenever the file does, as far as the filesystem tells; empty where it doesn't.
    """

    path: str
    bytes: int
    version: str


@dataclass(frozen=True)
class Part:
    """Files that make one partition of a table.

    Attributes:
        label: `YYYY-MM-DD`, or empty.
        folder: Where they lie, below the source's folder; empty for that folder itself.
        files: Below the folder, ascending; none where a dated folder is empty.
    """

    label: str
    folder: str
    files: tuple[Listed, ...]


@dataclass(frozen=True)
class _Placed:
    """A file with what its path says."""

    listed: Listed
    prefix: tuple[str, ...]
    dated: bool  # by a folder
    depth: int  # folders right behind the prefix that make the label
    label: str
    family: str
    stem: str


def arrange(listed: Sequence[Listed], root: str, columns: Callable[[str], Sequence[str] | None]) -> dict[str, list[Part]]:
    """Tables by name, each with its partitions, ascending by label.

    Args:
        listed: All data files, and dated folders without any.
        root: Name of the source's folder, which names files that have no name of their own.
        columns: The columns of a file, None where it can't be read; asked only where names leave something open.
    """
    by_prefix: dict[tuple[str, ...], list[_Placed]] = defaultdict(list)
    for one in sorted(listed, key=lambda one: one.path):
        placed = _place(one)
        by_prefix[placed.prefix].append(placed)
    tables: dict[str, list[Part]] = {}
    for prefix in sorted(by_prefix, key=lambda p: (-len(p), p)):  # a folder before a file of the same name
        for name, files in _families(prefix, by_prefix[prefix], root, columns).items():
            if name in tables:
                logger.warning("a folder and a file are both called %s; the folder is read", name)
            else:
                tables[name] = _partitions(prefix, files)
    return dict(sorted(tables.items()))


# -- what a path says -------------------------------------------------------------------------------------------------


def date_of(text: str) -> dt.date | None:
    """The day that a folder's or hive key's value names, the last one of a month or week; None for anything else."""
    if found := _DAY.fullmatch(text):
        return _date(int(found[1]), int(found[3]), int(found[4]))
    if found := _MONTH.fullmatch(text):
        return _date(int(found[1]), int(found[2]), None)
    if (found := _WEEK.fullmatch(text)) and 1 <= int(found[2]) <= 52:
        return dt.date.fromisocalendar(int(found[1]), int(found[2]), 7)
    return None


def _date(year: int, month: int, day: int | None) -> dt.date | None:
    if year not in _YEARS:
        return None
    last = calendar.monthrange(year, month)[1]
    return dt.date(year, month, last if day is None else day) if day is None or day <= last else None


def label_of(folders: Sequence[str]) -> tuple[str, int, int]:
    """The label that folders make, and which of them make it.

    Returns:
        Label or "", the first folder that belongs to it, and how many do; (`""`, 0, 0) where none does.
    """
    for at, folder in enumerate(folders):
        key, _, value = folder.rpartition("=")
        if day := date_of(value):
            return day.isoformat(), at, 1
        if value.isdigit() and len(value) == 4 and int(value) in _YEARS and key.lower() in ("", *_UNITS[0]):
            numbers = [int(value)]
            for unit, following in zip(_UNITS[1:], folders[at + 1:at + 3], strict=False):
                inner, _, said = following.rpartition("=")
                if not said.isdigit() or inner.lower() not in ("", *unit):
                    break
                numbers.append(int(said))
            if len(numbers) < 2 or not 1 <= numbers[1] <= 12:
                continue
            if day := _date(numbers[0], numbers[1], numbers[2] if len(numbers) > 2 else None):
                return day.isoformat(), at, len(numbers)
    return "", 0, 0


def hive_columns(path: str, label: str) -> dict[str, str]:
    """Columns that the folders of a path below its partition add: hive keys but those that make the label."""
    folders = path.split("/")[:-1]
    made, first, count = label_of(folders)
    own = folders if not label or made != label else folders[:first] + folders[first + count:]
    return {key: value for key, sign, value in (folder.partition("=") for folder in own) if sign and key}


def _place(listed: Listed) -> _Placed:
    *folders, name = listed.path.split("/")
    label, first, count = label_of(folders)
    cut = next((n for n, folder in enumerate(folders) if "=" in folder or (count and n == first)), len(folders))
    stem = (split_name(name) or (name,))[0]
    if sheet := name.partition("#")[2]:
        stem += f".{sheet}"
    bare = _PACKED.sub("", stem)
    found = None if label else (_DAY.search(bare) or _MONTH.search(bare))
    if found is not None:
        day = _date(int(found[1]), int(found[3] if found.re is _DAY else found[2]), int(found[4]) if found.re is _DAY else None)
        label = day.isoformat() if day else ""
        bare = bare[:found.start()] + bare[found.end():] if label else bare
    bare = _UNIQUE.sub("", bare)
    while (shorter := _NUMBER.sub("", bare)) != bare:
        bare = shorter
    return _Placed(listed, tuple(folders[:cut]), bool(count), count if first == cut else 0, label, bare.strip("-_. ()"), stem)


# -- which files belong together --------------------------------------------------------------------------------------


def _families(prefix: tuple[str, ...], files: Sequence[_Placed], root: str,
              columns: Callable[[str], Sequence[str] | None]) -> dict[str, list[_Placed]]:
    """Files of one folder by the table that they belong to."""
    folder = ".".join(prefix)
    if prefix and any(one.dated for one in files):
        loose = [one.listed.path for one in files if not one.dated]
        if loose:
            logger.warning("%s: %d files beside the dated partitions are left out, first %s", "/".join(prefix), len(loose),
                           loose[0])
        return {folder: [one for one in files if one.dated]}
    by_family: dict[tuple[str, bool], list[_Placed]] = defaultdict(list)
    for one in files:
        nameless = one.family.lower() in (*_NAMELESS, *(part.lower() for part in prefix[-1:]))
        by_family["" if nameless else one.family, bool(one.label)].append(one)
    groups: list[tuple[str, list[_Placed]]] = []
    for (family, dated), own in by_family.items():
        if dated or not family or len(own) == 1 or _agree([own[0], own[1]], columns):
            groups.append((family if dated or len(own) > 1 or not family else own[0].stem, own))
        else:
            groups += [(one.stem, [one]) for one in own]
    undated = not any(one.label for one in files)
    if prefix and (len(groups) == 1 or (undated and _agree([own[0] for _, own in groups], columns))):
        return {folder: list(files)}
    out: dict[str, list[_Placed]] = {}
    for family, own in groups:
        name = ".".join(part for part in (folder, family) if part) or root
        kinds = {split.name for one in own if (split := (split_name(one.listed.path) or (None, None))[1])}
        while name in out:
            name = f"{name}_{min(kinds)}"
        out[name] = own
    return out


def _agree(files: Sequence[_Placed], columns: Callable[[str], Sequence[str] | None]) -> bool:
    """Whether files have columns in common with the first: at least half of those of the smaller one."""
    found = [set(names) if (names := columns(one.listed.path)) is not None else set() for one in files]
    return all(alike(found[0], other) for other in found[1:])


def alike(one: set[str], other: set[str]) -> bool:
    """Whether two sets of columns could be of one table."""
    return bool(one) and bool(other) and len(one & other) >= _ALIKE * min(len(one), len(other))


def _partitions(prefix: tuple[str, ...], files: Sequence[_Placed]) -> list[Part]:
    by_label: Mapping[str, list[_Placed]] = defaultdict(list)
    for one in files:
        by_label[one.label].append(one)
    out = []
    for label, own in sorted(by_label.items()):
        depth = len(prefix) + min(one.depth for one in own)
        folders = {tuple(one.listed.path.split("/")[:depth]) for one in own}
        folder = "/".join(folders.pop() if len(folders) == 1 else prefix)
        cut = len(folder) + 1 if folder else 0
        listed = sorted((one.listed for one in own if not one.listed.path.endswith("/")), key=lambda listed: listed.path)
        out.append(Part(label, folder, tuple(Listed(one.path[cut:], one.bytes, one.version) for one in listed)))
    return out
