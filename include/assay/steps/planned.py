"""What a use case's feature tables are planned from: what was classified, what is usable, who plays, which blocks there are."""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.contracts.refs import ArtifactRef
from assay.errors import NotEnoughData
from assay.steps.cases import by_contract
from assay.storage import ArtifactStore

if TYPE_CHECKING:
    from assay.config import Platform, UseCase
    from assay.features.blocks import Block
    from assay.features.catalogue import Catalogue
    from assay.features.known import Cutoff, SnapshotFiles
    from assay.features.windows import Window


@dataclass(frozen=True)
class Planned:
    """What the tables of one use case are made from, window by window.

    Attributes:
        case: The use case.
        catalogue: The assets that feed it, and those that its outcomes are read from.
        blocks: The features, token by token.
        snapshots: Usable ones by asset.
        partition: Of the run.
        timezone: The platform's.
    """

    case: UseCase
    catalogue: Catalogue
    blocks: Sequence[Block]
    snapshots: dict[str, list[SnapshotFiles]]
    partition: str
    timezone: str

    def cutoff(self, window: Window) -> Cutoff:
        """The point in time that a window's features may read up to."""
        from assay.features.known import Cutoff

        day = window.cutoff or dt.date.fromisoformat(self.partition) + dt.timedelta(days=1)
        return Cutoff(day, window.days or 0, self.case.history_days, self.timezone)

    def known(self, cutoff: Cutoff) -> dict[str, list[SnapshotFiles]]:
        """What may be read of each asset at a cut-off."""
        from assay.features.known import visible

        return {asset_id: visible(asset, self.snapshots.get(asset_id, ()), cutoff)
                for asset_id, asset in self.catalogue.assets.items()}

    def made_from(self, cutoff: Cutoff) -> tuple[list[str], list]:
        """What the tables of a cut-off are made from: inputs and configuration of their recipe."""
        from assay.features.blocks import tokens_to_json

        inputs = [f"{asset}@{s.label}:{s.fingerprint}" for asset, found in self.known(cutoff).items() for s in found]
        config = [self.case.model_dump(mode="json", exclude={"payoff", "model_size", "train_windows"}), cutoff.day.isoformat(),
                  tokens_to_json(b.token for b in self.blocks), repr(self.blocks), cutoff.timezone, _meaning(self.catalogue)]
        return inputs, config


def plan_case(platform: Platform, case: UseCase, catalogue: Catalogue, snapshots: dict[str, list[SnapshotFiles]],
              partition: str) -> Planned:
    """Plan the features of a use case.

    Args:
        platform: The manifest.
        case: The use case.
        catalogue: All assets.
        snapshots: Usable ones by asset.
        partition: Of the run.

    Raises:
        NotEnoughData: If nothing usable says what happened, or names the entity.
    """
    from assay.features.plan import plan_blocks
    from assay.features.table import entity_domains

    if case.outcome.asset not in catalogue.assets or not snapshots.get(case.outcome.asset):
        raise NotEnoughData(case.name, f"{case.outcome.asset} has no usable partition",
                            "mend its source or name another outcome asset")
    players = players_of(case, catalogue, snapshots)
    observed = {case.outcome.asset} | ({case.payoff.exposures} if case.payoff.type == "replay" else set())
    catalogue = catalogue.without({copy for player in players for copy in catalogue.alike(player)} - {*players, *observed})
    blocks = plan_blocks(catalogue, entity_domains(catalogue, case), players)
    if not any(snapshots.get(asset) for block in blocks for asset in block.token.assets):
        raise NotEnoughData(case.name, "no usable asset names its entity", "give the key columns the role key under assets")
    return Planned(case, catalogue, blocks, snapshots, partition, platform.timezone)


def catalogue_of(store: ArtifactStore, platform: Platform, discovered: ArtifactRef,
                 classified: Sequence[ArtifactRef]) -> Catalogue:
    """What `discover` and `classify` found, for the planner."""
    from assay.features.catalogue import build_catalogue

    rhythms = store.read(discovered, columns=["asset_id", "rhythm_days"]).to_pylist()
    periods = {row["asset_id"]: max(1, round(row["rhythm_days"])) for row in rhythms if row["rhythm_days"]}
    columns, kinds, relations = (store.read(by_contract(classified, contract))
                                 for contract in ("columns", "table_kinds", "relations"))
    ahead = {asset: platform.known_ahead(asset) for asset in kinds.column("asset_id").to_pylist()}
    return build_catalogue(columns, kinds, relations, ahead_days=ahead, period_days=periods)


def usable_snapshots(store: ArtifactStore, discovered: ArtifactRef, gate: ArtifactRef) -> dict[str, list[SnapshotFiles]]:
    """Usable snapshots by asset; a table without dated partitions has no label, though it is kept under the run's partition."""
    from assay.features.known import SnapshotFiles

    listed = store.read(discovered, columns=["asset_id", "source_partition"]).to_pylist()
    undated = {row["asset_id"] for row in listed} - {row["asset_id"] for row in listed if row["source_partition"]}
    found: dict[str, list[SnapshotFiles]] = {}
    for row in store.read(gate).to_pylist():
        if row["usable"] and row["uri"]:
            files = store.files(ArtifactRef("snapshot", row["uri"], row["row_count"], row["fingerprint"]))
            label = "" if row["asset_id"] in undated else row["source_partition"]
            found.setdefault(row["asset_id"], []).append(SnapshotFiles(label, tuple(files), row["fingerprint"]))
    return found


def players_of(case: UseCase, catalogue: Catalogue, usable: Collection[str]) -> list[str]:
    """The assets that feed a use case, ascending, copies of each other as one; the labels of an outcome without time never do.

    Of copies that one plays which has a usable partition, preferably the outcome asset or one that the manifest says is known
    ahead: so a copy that is added changes nothing for the others.

    Raises:
        NotEnoughData: If the manifest names an asset that nobody found, or there are too many.
    """
    from assay.valuation.estimators import MOST_PLAYERS

    for asset in case.assets or ():
        if asset not in catalogue.assets:
            near = difflib.get_close_matches(asset, catalogue.assets, n=1)
            raise NotEnoughData(case.name, f"asset {asset!r} is not among the assets found",
                                f"did you mean {near[0]!r}?" if near else f"name one of {', '.join(catalogue.assets)}")
    labels = catalogue.alike(case.outcome.asset) if case.outcome.time is None else ()
    feeding = set(case.assets or catalogue.assets).difference(labels)

    def worse(asset: str) -> tuple[bool, bool, bool, str]:
        return asset not in usable, asset != case.outcome.asset, asset not in case.known_ahead, asset

    chosen = {min(feeding.intersection(catalogue.alike(asset)), key=worse) for asset in feeding}
    if len(chosen) > MOST_PLAYERS:
        raise NotEnoughData(case.name, f"{len(chosen)} assets feed it, more than coalitions can be sampled for",
                            f"name at most {MOST_PLAYERS} of them under its assets")
    return sorted(chosen)


def _meaning(catalogue: Catalogue) -> list[list]:
    """What tables are made from beside the blocks: which rows are dated, by what, and which keys mean the same."""
    return [[a.asset_id, a.kind.value, a.time_column, a.ahead_days, list(a.primary_key), catalogue.keys_of(a.asset_id)]
            for a in catalogue.assets.values()]
