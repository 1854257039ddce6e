"""The stand-in of a personal value: `<kind>:<hash>`, so that equal values stay equal and keys can still be compared."""

from __future__ import annotations

import hashlib

from assay.contracts.enums import PersonalKind

DIGITS = 16  # hexadecimal digits


def masked_as(said: str) -> PersonalKind | None:
    """Kind under which a column is masked that somebody said to hold `said`; None for indirect kinds and for `none`."""
    return PersonalKind(said) if said in set(PersonalKind) else None


def mask(kind: str, text: str) -> str:
    """The stand-in for a personal value: its kind and 64 bits of its SHA-256."""
    return f"{kind}:{hashlib.sha256(text.encode()).hexdigest()[:DIGITS]}"


def mask_sql(kind: str, expression: str) -> str:
    """SQL that gives the same as `mask` for a text expression."""
    return f"'{kind}:' || substr(sha256({expression}), 1, {DIGITS})"
