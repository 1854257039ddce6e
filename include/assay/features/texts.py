"""Which categories are texts that say something: names of products, their kinds in words."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa

from assay.features.table import tokens_of

_FEWEST = 20  # different values: of fewer each has rows enough to be learned by itself
_LETTERS = 0.6  # share of letters among the characters of a text, spaces aside


def texts_of(tables: Iterable[pa.Table]) -> dict[str, list[str]]:
    """Column -> its different values, ascending, for every category that is told in words.

    Args:
        tables: Tables of things, of as many windows as are to be read with one set of texts.
    """
    values: dict[str, set[str]] = {}
    for table in tables:
        for token in tokens_of(table):
            for name in (token.column(f) for f in token.features if f.kind == "category"):
                values.setdefault(name, set()).update(table.column(name).unique().drop_null().to_pylist())
    return {name: sorted(found) for name, found in sorted(values.items()) if len(found) >= _FEWEST and _in_words(found)}


def _in_words(texts: Iterable[str]) -> bool:
    shown = [character for text in texts for character in text if not character.isspace()]
    return sum(map(str.isalpha, shown)) >= _LETTERS * max(1, len(shown))
