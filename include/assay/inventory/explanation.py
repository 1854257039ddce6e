"""Why an asset is worth what it is, in words and numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from assay.inventory.wording import amount, interval, percent, widest
from assay.valuation.because import Change, Difference, Spread

_SHOWN = 5  # of a list, at either end


@dataclass(frozen=True)
class Explanation:
    """Of one asset in one use case.

    Attributes:
        worth: Its row of `values`.
        columns: Its rows of `column_values`.
        cluster: What a cluster is called, e.g. household_id.
        clusters: Key of each cluster and what the asset is worth through it, money.
        spread: Of these.
        found: What differs without the asset.
        done: What a decision is.
        things: Role by role, what differs by the things that rows name.
        name: What a role's key is called by those who know the data.
    """

    worth: Mapping[str, Any]
    columns: Sequence[Mapping[str, Any]]
    cluster: str
    clusters: Sequence[tuple[str, float]]
    spread: Spread
    found: Difference
    done: str
    things: Mapping[str, Sequence[Change]]
    name: Callable[[str, object], str]


def explanation_lines(explained: Explanation) -> Iterator[str]:
    """Sentence by sentence; lines that begin with spaces belong to the one before."""
    worth, unit = explained.worth, explained.worth["unit"]
    share = "" if worth["share"] is None else f", {percent(worth['share'])} of what all assets earn together"
    between = interval(worth["ci_low"], worth["ci_high"])
    yield f"{worth['asset_id']} is worth {amount(worth['value'])} {unit} to {worth['use_case']} ({between}){share}."
    if worth["reason"]:
        yield f"Mind that {worth['reason']}."
    yield ""
    yield from _columns(explained.columns, unit)
    yield from _clusters(explained, unit)
    yield from _decisions(explained, unit)


def _columns(columns: Sequence[Mapping[str, Any]], unit: str) -> Iterator[str]:
    valued = sorted((row for row in columns if row["value"] is not None), key=lambda row: (-row["value"], row["column"]))
    unread = [row["column"] for row in columns if row["value"] is None]
    if valued:
        yield f"Its columns share this ({unit}, with intervals):"
        wide = max(len(row["column"]) for row in valued)
        most = widest(*(row["value"] for row in valued))
        for row in valued:
            yield f"  {row['column']:<{wide}}  {amount(row['value'], most):>8}  {interval(row['ci_low'], row['ci_high'])}"
    if unread:
        yield f"No value of their own: {', '.join(unread)}."
    yield ""


def _clusters(explained: Explanation, unit: str) -> Iterator[str]:
    over, name = explained.spread, explained.cluster
    yield (f"It earns something through {over.gaining:,} of {len(explained.clusters):,} values of {name} and costs something"
           f" with {over.losing:,}; half of what it earns comes from {over.half:,} of them.")
    ranked = sorted(explained.clusters, key=lambda pair: (-pair[1], pair[0]))
    if ranked and over.gaining:
        yield f"  most with {_list(ranked[:min(_SHOWN, over.gaining)], name, unit)}"
    if ranked and over.losing:
        yield f"  least with {_list(ranked[::-1][:min(_SHOWN, over.losing)], name, unit)}"
    yield ""


def _list(pairs: Sequence[tuple[str, float]], name: str, unit: str) -> str:
    return f"{name} " + ", ".join(f"{key} ({amount(value)})" for key, value in pairs) + f" {unit}"


def _decisions(explained: Explanation, unit: str) -> Iterator[str]:
    found, worth = explained.found, explained.worth
    changed, more = found.changed, float(np.maximum(found.decided, 0).sum())
    yield (f"If it vanished tomorrow while all else stays, {amount(worth['removal_loss'])} {unit} would be lost. Because of it"
           f" {changed.sum():,} decisions of {len(changed):,} differ: {more:,.0f} are {explained.done} that else would not.")
    if found.only.any():
        through = float(np.maximum(found.decided[found.only], 0).sum())
        yield (f"  {through:,.0f} of them nobody else finds: {found.only.sum():,} candidates come from it alone "
               f"({amount(float(found.earned[found.only].sum()))} {unit}).")
    for role, changes in explained.things.items():
        for title, some in (("earns most", [c for c in changes if c.earned > 0][:_SHOWN]),
                            ("loses most", [c for c in changes[::-1] if c.earned < 0][:_SHOWN])):
            if some:
                yield f"By {role}, it {title} with:"
            for change in some:
                yield (f"  {explained.name(role, change.key)}: {amount(change.earned)} {unit}, {explained.done} "
                       f"{change.more:,.0f} more, {change.less:,.0f} less")
