"""Labels of partitions: local dates, `YYYY-MM-DD`."""

from __future__ import annotations

import datetime as dt


def parse_label(text: str) -> dt.date | None:
    """The date that `text` names, or None; other ISO spellings such as 20171231 are none."""
    try:
        date = dt.date.fromisoformat(text)
    except ValueError:
        return None
    return date if date.isoformat() == text else None
