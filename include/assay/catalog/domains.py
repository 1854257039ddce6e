"""What a table is about: user behaviour, product attributes, transactions, marketing, stock, search logs, and so on."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache

from assay.catalog.facts import CJK, TableFacts, phrase_end, singular, words
from assay.catalog.vocabulary import raw_vocabulary
from assay.contracts.enums import AssetKind

UNKNOWN = "unknown"
_BY_NAME = 3.0  # a table's own name says as much as its most telling column
_LEAST = 2.5  # below it a table is about nothing that is known


@dataclass(frozen=True)
class Domain:
    """One domain of the vocabulary; see `vocabulary.yaml`."""

    phrases: tuple[tuple[str, ...], ...]
    meanings: Mapping[str, float]
    kinds: frozenset[str]


@cache
def domains() -> dict[str, Domain]:
    """All domains by name."""
    return {name: Domain(tuple(tuple(map(singular, words(phrase))) for phrase in said["words"]), said["meanings"],
                         frozenset(said.get("kinds", list(AssetKind)))) for name, said in raw_vocabulary()["domains"].items()}


def find_domain(table: TableFacts, kind: AssetKind, meanings: Collection[str]) -> tuple[str, float]:
    """What a table is about, and how sure that is.

    Args:
        table: The table.
        kind: What its rows are.
        meanings: Semantic types of its columns.

    Returns:
        Name of a domain or `unknown`, and 0..1, higher is surer.
    """
    scores = {name: _score(table, domain, set(meanings)) for name, domain in domains().items() if kind.value in domain.kinds}
    ordered = sorted(scores, key=lambda name: -scores[name])
    if not ordered or scores[ordered[0]] < _LEAST:
        return UNKNOWN, 0.0
    best, rival = scores[ordered[0]], scores[ordered[1]] if len(ordered) > 1 else 0.0
    return ordered[0], round(min(0.5 + 0.5 * (best - rival) / best, 0.95), 2)


def _score(table: TableFacts, domain: Domain, meanings: set[str]) -> float:
    name = [singular(word) for word in table.words]
    told = sum(weight for meaning, weight in domain.meanings.items() if meaning in meanings)
    return told + (_BY_NAME if any(_mentioned(name, phrase) for phrase in domain.phrases) else 0.0)


def _mentioned(name: list[str], phrase: tuple[str, ...]) -> bool:
    if CJK.fullmatch(phrase[0]):
        return any(phrase[0] in word for word in name)
    return phrase_end(name, phrase) is not None
