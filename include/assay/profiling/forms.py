"""How texts are written: exact forms such as `AAA-999`, and loose ones such as `a+-9+` where texts differ in length.

In a form `9` stands for a digit, `A` for a capital, `a` for a small letter, and `字` for a letter or digit beyond ASCII; all
other characters stand for themselves. So a form shows how values are built and none of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from assay.profiling.estimates import share_error

_CLASSES = {"9": "[0-9]", "A": "[A-Z]", "a": "[a-z]", "字": r"[^\x00-\x7F]"}
_RUN = re.compile(r"9+|A+|a+|字+")
_BEYOND_ASCII = r"[^\x00-\x7F\p{P}\p{S}\p{Z}\p{C}\p{M}]"  # letters and digits
_PLACEHOLDERS = np.arange(256, dtype=np.uint8)
for _first, _last in ("09", "AZ", "az"):
    _PLACEHOLDERS[ord(_first):ord(_last) + 1] = ord("9" if _first == "0" else _first)
_MOST = 5  # forms that are named
_CLEAR = 0.8  # share of the rows that the named exact forms hold, or loose ones are named instead
_LONGEST = 64  # characters of a form


@dataclass(frozen=True)
class Forms:
    """The most frequent forms of a column.

    Attributes:
        forms: At most 5, most frequent first.
        shares: Of the rows with a text, 0..1, as long as `forms`.
        errors: Standard errors of the shares, 0 where every text was counted.
    """

    forms: list[str]
    shares: list[float]
    errors: list[float]


def exact_forms(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    """The form of each text, as long as the text.

    Args:
        texts: Shape (n,), without nulls.
    """
    return pa.chunked_array([_form_chunk(chunk) for chunk in texts.chunks if len(chunk)], pa.string())


def loose_forms(exact: pa.ChunkedArray) -> pa.ChunkedArray:
    """Exact forms with runs of letters of any case as `a+` and runs of digits as `9+`."""
    letters = pc.replace_substring_regex(exact, "[Aa字]+", "a+")
    return pc.replace_substring_regex(letters, "9+", "9+")


def as_regex(exact: str) -> str:
    """The regular expression, for the module `re`, of all texts that have an exact form."""
    out, end = "", 0
    for run in _RUN.finditer(exact):
        out += f"{re.escape(exact[end:run.start()])}{_CLASSES[run[0][0]]}{{{len(run[0])}}}"
        end = run.end()
    return out + re.escape(exact[end:])


def frequent_forms(texts: pa.ChunkedArray, rows: np.ndarray, weights: np.ndarray) -> Forms:
    """The most frequent forms: exact ones where five of them hold 80 % of the rows, else loose ones.

    Forms of more than 64 characters are cut.

    Args:
        texts: Different texts, shape (n,), n > 0.
        rows: That hold each, shape (n,).
        weights: How many texts each one stands for, shape (n,): 1, or more in a sample.
    """
    forms = exact_forms(texts)
    found = _count(forms, rows, weights)
    if sum(found.shares) < _CLEAR:
        return _count(loose_forms(forms), rows, weights)
    return found


def _form_chunk(chunk: pa.StringArray) -> pa.StringArray:
    offsets = np.frombuffer(chunk.buffers()[1], np.int32)[chunk.offset:chunk.offset + len(chunk) + 1]
    written = chunk.buffers()[2]
    data = np.frombuffer(written, np.uint8)[offsets[0]:offsets[-1]] if written else np.zeros(0, np.uint8)
    forms = pa.StringArray.from_buffers(len(chunk), pa.py_buffer((offsets - offsets[0]).tobytes()),
                                        pa.py_buffer(_PLACEHOLDERS[data].tobytes()))
    return pc.replace_substring_regex(forms, _BEYOND_ASCII, "字") if (data > 127).any() else forms


def _count(forms: pa.ChunkedArray, rows: np.ndarray, weights: np.ndarray) -> Forms:
    long = pc.greater(pc.utf8_length(forms), _LONGEST)
    if pc.any(long).as_py():
        cut = pc.binary_join_element_wise(pc.utf8_slice_codeunits(forms, 0, _LONGEST - 1), "…", "")
        forms = pc.if_else(long, cut, forms)
    table = pa.table({"form": forms, "rows": rows * weights, "squares": weights * (weights - 1.0) * rows ** 2.0})
    counted = table.group_by("form", use_threads=False).aggregate([("rows", "sum"), ("squares", "sum")])
    whole, squares = float(pc.sum(counted["rows_sum"]).as_py()), float(pc.sum(counted["squares_sum"]).as_py())
    top = counted.take(pc.select_k_unstable(counted, _MOST, [("rows_sum", "descending"), ("form", "ascending")])).to_pylist()
    shares = [row["rows_sum"] / whole for row in top]
    errors = [share_error(row["squares_sum"], squares - row["squares_sum"], share, whole)
              for row, share in zip(top, shares, strict=True)]
    return Forms([row["form"] for row in top], shares, errors)
