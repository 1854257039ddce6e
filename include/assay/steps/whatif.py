"""What an asset's damage would cost: a published window is decided on again with less known, by the partition's own model."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from assay.errors import AssetUnused, ConfigError
from assay.steps.build_features import MODULES
from assay.steps.cases import texts_of
from assay.steps.explain import worth_of
from assay.steps.games import OutcomeWindow, decided_on, outcome_line, outcome_window
from assay.steps.planned import Planned, catalogue_of, plan_case, usable_snapshots
from assay.storage import Recipe, code_fingerprint, fingerprint

if TYPE_CHECKING:
    from assay.config import Platform, UseCase
    from assay.contracts.contract import Contract
    from assay.contracts.refs import ArtifactRef
    from assay.features.catalogue import Catalogue
    from assay.features.damage import Damage
    from assay.features.known import SnapshotFiles
    from assay.features.table import FeatureTables
    from assay.storage import ArtifactStore
    from assay.valuation.whatif import Outlook


@dataclass(frozen=True)
class Answer:
    """What a damage changes in one use case on one partition.

    Attributes:
        partition: The night.
        use_case: The decision.
        unit: Currency and window.
        outlook: The change; None where the use case doesn't read the asset.
        remark: Why there is none, or what to keep in mind.
    """

    partition: str
    use_case: str
    unit: str
    outlook: Outlook | None
    remark: str | None


def what_if(platform: Platform, damage: Damage, partition: str, store: ArtifactStore) -> Iterator[Answer]:
    """Use case by use case, what the damage changes on the outcome window of a partition that was valued.

    What features and candidates read is damaged; outcomes, prices and the lists of who is decided about are not. An asset that
    loses all its rows is masked and finds no candidates, as in `removal_loss`; so is one that is so late that nothing is known.

    Raises:
        ArtifactMissing: If no use case has been valued on the partition, or a snapshot that its window reads is gone.
        AssetUnknown: If the partition has no such asset.
        AssetUnused: If no use case reads it.
        ConfigError: If it has no dated partitions and no time, so that it can't be late.
    """
    worth = worth_of(platform, damage.asset_id, partition, store)
    if all(row["value"] is None for _, row in worth):
        raise AssetUnused(damage.asset_id, f"{platform.platform} on {partition}", worth[0][1]["reason"])
    for case, row in worth:
        if row["value"] is None:
            yield Answer(partition, case.name, row["unit"], None, row["reason"])
        else:
            yield Answer(partition, case.name, row["unit"], *_asked(platform, case, damage, partition, store))


def _asked(platform: Platform, case: UseCase, damage: Damage, partition: str,
           store: ArtifactStore) -> tuple[Outlook, str | None]:
    from assay.contracts.schemas import FEATURES, MODEL
    from assay.valuation.whatif import outlook, unchanged

    features = store.get(FEATURES, platform.platform, partition, case.name)
    window = outcome_window(store, case, features, store.get(MODEL, platform.platform, partition, case.name))
    catalogue, snapshots = _found(platform, partition, store)
    others = set(catalogue.alike(damage.asset_id)) & set(case.assets or catalogue.assets) - {damage.asset_id}
    if others:
        return unchanged(window.game()), f"{' and '.join(sorted(others))} holds the same and stands in for it"
    if damage.lost >= 1:
        game = window.game()
        return outlook(game, game, gone=damage.asset_id), None
    if damage.late_days:
        _can_be_late(damage.asset_id, catalogue, snapshots)
    planned = plan_case(platform, case, catalogue, snapshots, partition)
    now, then, gone = _decided_again(store, planned, features, window, damage)
    return outlook(now.game(), then.game(), gone=damage.asset_id if gone else None), (
        "nothing of it would be known" if gone else None)


def _found(platform: Platform, partition: str, store: ArtifactStore) -> tuple[Catalogue, dict[str, list[SnapshotFiles]]]:
    """What the partition's night found: assets, and usable snapshots of them."""
    from assay.contracts.schemas import COLUMNS, DISCOVERED, GATE, RELATIONS, TABLE_KINDS

    def get(contract: Contract) -> ArtifactRef:
        return store.get(contract, platform.platform, partition)

    discovered = get(DISCOVERED)
    classified = [get(contract) for contract in (COLUMNS, TABLE_KINDS, RELATIONS)]
    return (catalogue_of(store, platform, discovered, classified), usable_snapshots(store, discovered, get(GATE)))


def _can_be_late(asset: str, catalogue: Catalogue, snapshots: dict[str, list[SnapshotFiles]]) -> None:
    from assay.features.known import is_dated

    if not is_dated(catalogue.assets[asset]) and not any(found.label for found in snapshots.get(asset, ())):
        raise ConfigError(asset, "no dated partition that could be late",
                          "keep dated snapshots of it, or ask with --lose or --remove")


def _decided_again(store: ArtifactStore, planned: Planned, features: ArtifactRef, window: OutcomeWindow,
                   damage: Damage) -> tuple[OutcomeWindow, OutcomeWindow, bool]:
    """The window as it is and with the damage done, and whether the damage leaves nothing of the asset."""
    from assay.features.table import build_window
    from assay.features.windows import Window, WindowRole

    line, case = outcome_line(store, features), planned.case
    day = dt.date.fromisoformat(line["cutoff"]) if line["cutoff"] else None
    cutoff = planned.cutoff(Window(WindowRole.OUTCOME, day, case.outcome.window_days))

    def known(damaged: Damage | None) -> FeatureTables:
        made = build_window(planned.catalogue, case, planned.blocks, planned.snapshots, cutoff, damaged)
        return replace(made, texts=texts_of(store, line))

    inputs, config = planned.made_from(cutoff)
    recipe = Recipe(tuple(inputs), fingerprint(config), code_fingerprint(*MODULES))
    if store.manifest(line["uri"])["key"] != recipe.key:  # other code made it: what differs would be more than the damage
        window = decided_on(store, line, window, known(None))
    then = known(damage)
    gone = _is_read(damage.asset_id, window.features) and not _is_read(damage.asset_id, then)
    return window, decided_on(store, line, window, then), gone


def _is_read(asset: str, features: FeatureTables) -> bool:
    return any(asset in token.assets for token in features.tokens)
