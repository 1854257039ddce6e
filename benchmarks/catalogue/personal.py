"""Personal data per column: precision and recall beside presidio-analyzer, on columns made by Faker and on others.

    PYTHONPATH=include:benchmarks .venv/bin/python -m catalogue.personal

Ours judges as the task `profile` does: a parquet file a table, `count_values`, and the kind under which a column is masked. The
peer gets its own environment under data/benchmarks/presidio, made on the first run. A personal column counts as found if its
kind is right; a wrong kind is a miss and a false alarm, and so is any kind on a column without personal data.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
import venv
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from assay.profiling.layout import columns_of
from assay.profiling.states import count_values, whole_mask
from catalogue.other_columns import every
from catalogue.personal_columns import LOCALES, Known, personal
from catalogue.personal_schemas import named_by_software

REPOSITORY = Path(__file__).resolve().parents[2]
PEER = REPOSITORY / "data" / "benchmarks" / "presidio"
PINNED = "presidio-analyzer==2.2.366"
PRECISION, RECALL = 0.98, 0.95
ENTITIES = {  # what the peer calls our kinds; dates count where a birth date is looked for
    "EMAIL_ADDRESS": "email",
    "PHONE_NUMBER": "phone",
    "CREDIT_CARD": "payment_card",
    "IBAN_CODE": "iban",
    "IP_ADDRESS": "ip_address",
    "MAC_ADDRESS": "device_id",
    "US_SSN": "national_id",
    "US_ITIN": "national_id",
    "DE_TAX_ID": "national_id",
    "DE_SOCIAL_SECURITY": "national_id",
    "US_PASSPORT": "passport",
    "DE_PASSPORT": "passport",
    "DE_KFZ": "licence_plate",
}
EVERYWHERE = {"email", "phone", "payment_card", "iban", "ip_address", "birth_date"}


@dataclass(frozen=True)
class Score:
    """Right kinds, false alarms and misses over some columns."""

    right: int
    false: int
    missed: int

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.false) if self.right + self.false else 1.0

    @property
    def recall(self) -> float:
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0


def ours(columns: Sequence[Known]) -> tuple[list[str | None], float]:
    """Kind under which each column is masked, and the seconds that profiling took with masking."""
    tables: dict[tuple[str, str], list[int]] = defaultdict(list)
    for place, column in enumerate(columns):
        tables[column.table, column.locale].append(place)
    found: list[str | None] = [None] * len(columns)
    seconds = 0.0
    with tempfile.TemporaryDirectory() as folder:
        for number, ((table, _), places) in enumerate(tables.items()):
            rest = places
            while rest:  # two columns of one name can't share a file
                batch = list({columns[place].name: place for place in reversed(rest)}.values())
                path = Path(folder) / f"{number}-{len(rest)}.parquet"
                pq.write_table(pa.table({columns[place].name: columns[place].values for place in batch}), path)
                start = time.perf_counter()
                state = count_values([str(path)], table)
                seconds += time.perf_counter() - start
                for place in batch:
                    found[place] = whole_mask(columns_of(state)[columns[place].name])
                rest = [place for place in rest if place not in batch]
    return found, seconds


def theirs(columns: Sequence[Known]) -> tuple[list[str | None], float]:
    """What the peer finds in the same columns, and its seconds."""
    python = PEER / "bin" / "python"
    if not python.exists():
        venv.create(PEER, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-q", PINNED], check=True)
    with tempfile.TemporaryDirectory() as folder:
        asked, answered = Path(folder) / "columns.json", Path(folder) / "found.json"
        asked.write_text(
            json.dumps([{"locale": c.locale, "name": c.name, "values": c.values} for c in columns]), encoding="utf-8"
        )
        # isolated: spaCy has a dependency named as this package
        subprocess.run([python, "-I", Path(__file__).with_name("personal_presidio.py"), asked, answered], check=True)
        answer = json.loads(answered.read_text(encoding="utf-8"))
    kinds = []
    for column, entity in zip(columns, answer["found"], strict=True):
        if entity == "DATE_TIME":
            kinds.append("birth_date" if column.kind == "birth_date" else None)
        elif column.kind == "resident_id" and ENTITIES.get(entity) == "national_id":
            kinds.append("resident_id")
        else:
            kinds.append(ENTITIES.get(entity, entity))
    return kinds, float(answer["seconds"])


def score(columns: Sequence[Known], found: Sequence[str | None]) -> Score:
    """Count a part of the columns."""
    right = sum(kind is not None and kind == c.kind for c, kind in zip(columns, found, strict=True))
    return Score(right, sum(kind is not None for kind in found) - right, sum(c.kind is not None for c in columns) - right)


def measure() -> list[dict]:
    """Print and return precision and recall per locale and naming, ours beside the peer's."""
    columns = [*(column for locale in LOCALES for column in personal(locale)), *every(), *named_by_software()]
    (mine, seconds), (peer, peer_seconds) = ours(columns), theirs(columns)
    rows = []
    print(f"{'columns':<60}{'personal':>9}{'others':>8}   {'precision':>17}   {'recall':>17}   (ours / presidio)")
    named = [place for place, c in enumerate(columns) if c.naming in ("clear", "short")]
    plain = [place for place, c in enumerate(columns) if c.naming == "plain"]
    parts: dict[str, list[int]] = {}
    for locale in LOCALES:
        parts[f"{locale}, names tell"] = [place for place in named if columns[place].locale in (locale, "any")]
    parts["all locales, clear names"] = [place for place in named if columns[place].naming == "clear"]
    parts["all locales, short names"] = [place for place in named if columns[place].naming == "short"]
    parts["all locales, names tell"] = named
    parts["all locales, names tell, kinds presidio has everywhere"] = [
        place for place in named if columns[place].kind is None or columns[place].kind in EVERYWHERE
    ]
    parts["all locales, names of known software"] = [place for place, c in enumerate(columns) if c.naming == "schema"]
    for locale in LOCALES:
        parts[f"{locale}, col_n, kinds that values tell"] = [
            place
            for place in plain
            if columns[place].locale in (locale, "any") and (columns[place].told or not columns[place].kind)
        ]
    parts["all locales, col_n, kinds that values tell"] = [p for p in plain if columns[p].told or not columns[p].kind]
    parts["all locales, col_n, every kind"] = plain
    for part, places in parts.items():
        known = [columns[place] for place in places]
        scores = score(known, [mine[p] for p in places]), score(known, [peer[p] for p in places])
        count = sum(c.kind is not None for c in known)
        print(
            f"{part:<60}{count:>9}{len(known) - count:>8}   {scores[0].precision:>8.3f} /{scores[1].precision:>7.3f}   "
            f"{scores[0].recall:>8.3f} /{scores[1].recall:>7.3f}"
        )
        for what, target in (("precision", PRECISION), ("recall", RECALL)):
            value, reference = getattr(scores[0], what), getattr(scores[1], what)
            aimed = part == "all locales, names tell" or (
                part == "all locales, col_n, kinds that values tell" and what == "precision"
            )
            rows.append(_row(f"personal data, {part}: {what}", value, "share", reference, f">= {target}" if aimed else ""))
    rows.append(
        _row("personal data: time a column", 1000 * seconds / len(columns), "ms", 1000 * peer_seconds / len(columns), "")
    )
    print(
        f"time a column of 300 values: {rows[-1]['value']:.2f} ms, counting and masking included / "
        f"{rows[-1]['reference']:.1f} ms"
    )
    for column, kind in zip(columns, mine, strict=True):
        if kind != column.kind and (column.kind is None or column.naming != "plain" or column.told or kind is not None):
            print(f"  {column.locale} {column.table} {column.name}: {kind or 'not found'} instead of {column.kind or 'none'}")
    return rows


def _row(name: str, value: float, unit: str, reference: float, target: str) -> dict:
    return {
        "measure": name,
        "value": value,
        "unit": unit,
        "reference": reference,
        "ratio": value / reference if reference else None,
        "target": target,
    }


if __name__ == "__main__":
    sys.exit(0 if measure() else 1)
