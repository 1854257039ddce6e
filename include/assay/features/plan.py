"""Which feature blocks a use case gets: decided by roles, kinds and relations, never by the names of tables.

| assets found | block |
|---|---|
| dated asset that names entity keys | `EventHistory` for each key and for the pair; `EventSequence` if it names user and item |
| the same, known ahead | `Announced`, too; `AnnouncedNearby` where user's events name a place that the announcement names |
| entity asset whose primary key is an entity key | `Attributes`, and `LiftedHistory` by its categories of what happened |
| association that names one entity key | `Links`, and again for what is in force where an entity asset dates it |
| two assets that share a thing, one names the user, the other the item | `LinkPath` |
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from itertools import combinations

from assay.contracts.enums import AssetKind, Role
from assay.features.blocks import (
    Announced,
    AnnouncedNearby,
    Attributes,
    Block,
    EventHistory,
    EventSequence,
    LiftedHistory,
    LinkPath,
    Links,
    Validity,
)
from assay.features.blocks.base import is_number
from assay.features.catalogue import AssetFacts, Catalogue, ColumnFacts
from assay.features.known import is_dated

_LIFT_BETWEEN = (20, 5000)  # categories with fewer values say little, with more they are nearly keys
_LIFTS = 3  # attributes of an item that its events are lifted to
_MANY_MEASURES = 6
_SEQUENCE = 256  # last events of a user that are kept one by one
_SEQUENCE_MEASURES = 2


def plan_blocks(catalogue: Catalogue, entity_domains: Mapping[str, str], players: Collection[str]) -> list[Block]:
    """Blocks of a use case, in a fixed order.

    Args:
        catalogue: All assets.
        entity_domains: Entity role -> domain of its key, in the manifest's order.
        players: Assets that may feed the use case.
    """
    assets = [a for a in catalogue.assets.values() if a.asset_id in players]
    blocks: list[Block] = []
    for asset in assets:
        keys = _entity_keys(catalogue, asset, entity_domains)
        if not keys:
            continue
        if is_dated(asset):
            blocks += _dated(catalogue, asset, keys, assets)
        elif len(asset.primary_key) == 1 and len(keys) == 1 and keys[0][1] == asset.primary_key[0]:
            blocks += _attributes(asset, keys[0])
        else:
            blocks += _links(catalogue, asset, keys, assets)
    blocks += _paths(catalogue, assets, entity_domains)
    blocks += _nearby(catalogue, assets, entity_domains)
    return [b for b in blocks if b.token.features]


def _entity_keys(catalogue: Catalogue, asset: AssetFacts, domains: Mapping[str, str]) -> list[tuple[str, str]]:
    """(entity role, column) for every entity key that the asset names."""
    found = catalogue.keys_of(asset.asset_id)
    return [(role, found[domain]) for role, domain in domains.items() if domain in found]


def _measures(asset: AssetFacts) -> tuple[str, ...]:
    return tuple(c.name for c in asset.having(Role.MEASURE) if is_number(c))[:_MANY_MEASURES]


def _categories(asset: AssetFacts) -> list[ColumnFacts]:
    return [c for c in asset.having(Role.ATTRIBUTE) if not is_number(c)]


def _other_keys(asset: AssetFacts, used: Collection[str]) -> tuple[str, ...]:
    return tuple(c.name for c in asset.having(Role.KEY) if c.name not in used)


def _dated(catalogue: Catalogue, asset: AssetFacts, keys: list[tuple[str, str]], assets: list[AssetFacts]) -> Iterator[Block]:
    for size in range(1, len(keys) + 1):
        for chosen in combinations(keys, size):
            others = _other_keys(asset, {column for _, column in chosen})
            if asset.ahead_days:  # the past of a plan says how often and how long ago; its places are told by what is announced
                yield EventHistory(asset.asset_id, chosen, _measures(asset), (), rhythm=False)
                yield _announced(asset, chosen)
            else:
                yield EventHistory(asset.asset_id, chosen, _measures(asset), others, rhythm=True)
    if asset.ahead_days:
        return
    if {"user", "item"} <= {role for role, _ in keys}:
        yield _sequence(asset, dict(keys))
    for (user, item) in combinations(keys, 2):
        domain = catalogue.domains[(asset.asset_id, item[1])]
        owner = next((a for a in assets if (o := catalogue.owner(domain)) and a.asset_id == o.asset_id), None)
        if owner is None:
            continue
        low, high = _LIFT_BETWEEN
        alike = sorted((c for c in owner.having(Role.ATTRIBUTE, Role.KEY)
                        if low <= c.distinct_count <= high and c.name not in owner.primary_key),
                       key=lambda c: (-c.distinct_count, c.name))[:_LIFTS]
        for column in alike:
            yield LiftedHistory(asset.asset_id, user, item, owner.asset_id, owner.primary_key[0], column.name,
                                _measures(asset)[:1])


def _sequence(asset: AssetFacts, keys: Mapping[str, str]) -> EventSequence:
    """What happened together is told by the other key that has the most values: a basket, a session."""
    session = max((c for c in asset.having(Role.KEY) if c.name not in (keys["user"], keys["item"])),
                  key=lambda c: (c.distinct_count, c.name), default=None)
    return EventSequence(asset.asset_id, ("user", keys["user"]), keys["item"], session.name if session else None,
                         _measures(asset)[:_SEQUENCE_MEASURES], _SEQUENCE)


def _announced(asset: AssetFacts, keys: tuple[tuple[str, str], ...]) -> Announced:
    columns = {column for _, column in keys}
    return Announced(asset.asset_id, keys, tuple(c.name for c in _categories(asset)), _other_keys(asset, columns),
                     asset.period_days)


def _attributes(asset: AssetFacts, key: tuple[str, str]) -> Iterator[Block]:
    describing = [c for c in asset.having(Role.ATTRIBUTE, Role.MEASURE, Role.KEY) if c.name != key[1]]
    numbers = tuple(c.name for c in describing if is_number(c) and c.role is not Role.KEY)
    categories = tuple(c.name for c in describing if c.name not in numbers)
    yield Attributes(asset.asset_id, key, numbers, categories)


def _links(catalogue: Catalogue, asset: AssetFacts, keys: list[tuple[str, str]], assets: list[AssetFacts]) -> Iterator[Block]:
    for key in keys:
        others = _other_keys(asset, {key[1]})
        yield Links(asset.asset_id, key, others)
        for other in others:
            validity = _validity(catalogue, asset, other, assets)
            if validity:
                yield Links(asset.asset_id, key, (other,), other, validity)


def _validity(catalogue: Catalogue, asset: AssetFacts, column: str, assets: list[AssetFacts]) -> Validity | None:
    """Who says from when to when the things of a key column are in force."""
    domain = catalogue.domains.get((asset.asset_id, column))
    owner = catalogue.owner(domain) if domain else None
    if owner is None or owner.asset_id not in {a.asset_id for a in assets} or owner.asset_id == asset.asset_id:
        return None
    starts, ends = owner.having(Role.VALID_FROM), owner.having(Role.VALID_TO)
    if not starts or not ends:
        return None
    return Validity(owner.asset_id, owner.primary_key[0], starts[0].name, ends[0].name,
                    tuple(c.name for c in _categories(owner)))


def _pairs(domains: Mapping[str, str]) -> list[tuple[str, str]]:
    return list(combinations(domains, 2))


def _paths(catalogue: Catalogue, assets: list[AssetFacts], domains: Mapping[str, str]) -> Iterator[Block]:
    for user, item in _pairs(domains):
        for first in assets:
            reach = catalogue.keys_of(first.asset_id)
            if domains[user] not in reach or _measures(first):
                continue  # an asset with money per row is a log of deals, not of links
            for second in assets:
                onward = catalogue.keys_of(second.asset_id)
                if second.kind is not AssetKind.ASSOCIATION or domains[item] not in onward or domains[user] in onward:
                    continue
                for domain in sorted((set(reach) & set(onward)) - {domains[user], domains[item]}):
                    yield LinkPath(first.asset_id, (user, reach[domains[user]]), reach[domain], second.asset_id,
                                   (item, onward[domains[item]]), onward[domain], is_dated(first),
                                   _validity(catalogue, first, reach[domain], assets))


def _nearby(catalogue: Catalogue, assets: list[AssetFacts], domains: Mapping[str, str]) -> Iterator[Block]:
    dated = [a for a in assets if is_dated(a)]
    for user, item in _pairs(domains):
        for events in (a for a in dated if not a.ahead_days):
            here = catalogue.keys_of(events.asset_id)
            for plans in (a for a in dated if a.ahead_days):
                there = catalogue.keys_of(plans.asset_id)
                if domains[user] not in here or domains[item] not in there or domains[user] in there:
                    continue
                for place in sorted((set(here) & set(there)) - {domains[user], domains[item]}):
                    announced = _announced(plans, ((item, there[domains[item]]),))
                    yield AnnouncedNearby(events.asset_id, (user, here[domains[user]]), here[place], announced,
                                          (item, there[domains[item]]), there[place])
