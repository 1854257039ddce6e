"""All that is probably wrong in one partition."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from assay.catalog.facts import TableFacts
from assay.catalog.keys import is_key
from assay.quality.suspects.dependencies import broken_dependencies
from assay.quality.suspects.forms import odd_forms
from assay.quality.suspects.outliers import outliers
from assay.quality.suspects.repeats import nearly_identifying, repeated_rows
from assay.quality.suspects.rows import Rows
from assay.quality.suspects.spelling import misspelt
from assay.quality.suspects.suspect import Suspect


def find_suspects(newest: TableFacts, recent: TableFacts, files: Sequence[str]) -> list[Suspect]:
    """What is probably wrong in the newest partition of an asset, by column, then kind, then most rows.

    Args:
        newest: Facts of the partition.
        recent: Facts of recent partitions together, this one included: what is usual.
        files: The partition's parquet files, in order; none where it can't be asked for rows.

    Raises:
        UnreadableData: If a file can't be read.
    """
    if not files or not newest.rows:
        return []
    key = nearly_identifying(newest)
    with Rows(files, newest, key) as rows:
        found: list[Suspect] = []
        told: dict[str, list[str]] = {}
        for name, group in groupby(_of_values(newest, recent), key=lambda suspect: suspect.columns[-1]):
            suspects = list(group)
            told[name] = [value for suspect in suspects for value in suspect.values]
            places = rows.holding(name, told[name])
            found += [suspect.at(places) for suspect in suspects]
        found += [*repeated_rows(newest, rows, key), *broken_dependencies(newest, rows, told)]
    order = list(newest.columns)
    return sorted(found, key=lambda suspect: (order.index(suspect.columns[-1]), suspect.kind, -suspect.rows, suspect.example))


def _of_values(newest: TableFacts, recent: TableFacts) -> Iterator[Suspect]:
    """Suspects that values alone tell of, column by column."""
    for name, column in newest.columns.items():
        usual = recent.columns.get(name)
        if usual is None or usual.family is not column.family:
            continue
        if not is_key(column):
            yield from misspelt(column, usual)
            yield from outliers(column, usual)
        yield from odd_forms(column, usual)
