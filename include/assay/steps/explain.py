"""Why an asset is worth what it is: read back from the artifacts of a partition, and played again without the asset."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from assay.errors import ArtifactMissing, AssetUnknown
from assay.steps.games import OutcomeWindow, outcome_window

if TYPE_CHECKING:
    import pyarrow as pa

    from assay.config import Platform, UseCase
    from assay.inventory.explanation import Explanation
    from assay.storage import ArtifactStore

_NAMES = 2  # attributes that a thing is called by


def explain(platform: Platform, asset: str, partition: str, store: ArtifactStore) -> Iterator[tuple[str, Explanation | str]]:
    """Use case by use case, why the asset is worth what it is, or the reason why it has no value.

    Raises:
        ArtifactMissing: If no use case has been valued on the partition.
        AssetUnknown: If the partition has no such asset.
    """
    for case, row in worth_of(platform, asset, partition, store):
        yield case.name, row["reason"] if row["value"] is None else _explain_case(platform, case, row, partition, store)


def worth_of(platform: Platform, asset: str, partition: str, store: ArtifactStore) -> list[tuple[UseCase, dict]]:
    """The asset's row of `values` in each use case that has been valued on the partition.

    Raises:
        ArtifactMissing: If there is none.
        AssetUnknown: If the partition has no such asset.
    """
    from assay.contracts.schemas import VALUES

    valued = [(case, ref) for case in platform.use_cases
              if (ref := store.find(VALUES, platform.platform, partition, case.name)) is not None]
    if not valued:
        raise ArtifactMissing(f"values of {platform.platform} for {partition}", store.root)
    found = []
    for case, ref in valued:
        rows = {row["asset_id"]: row for row in store.read(ref).to_pylist()}
        if asset not in rows:
            raise AssetUnknown(asset, f"{platform.platform} on {partition}", tuple(rows))
        found.append((case, rows[asset]))
    return found


def _explain_case(platform: Platform, case: UseCase, row: dict, partition: str, store: ArtifactStore) -> Explanation:
    from assay.contracts.schemas import COALITION_PAYOFFS, COLUMN_VALUES, FEATURES, MODEL, RELATIONS
    from assay.inventory.explanation import Explanation
    from assay.valuation.because import by_thing, difference, spread
    from assay.valuation.table import read_payoffs

    def read(contract: object, name: str = "") -> pa.Table:
        return store.read(store.get(contract, platform.platform, partition, name))  # type: ignore[arg-type]

    window = outcome_window(store, case, store.get(FEATURES, platform.platform, partition, case.name),
                            store.get(MODEL, platform.platform, partition, case.name))
    played = read_payoffs(read(COALITION_PAYOFFS, case.name))
    player = _player(row["asset_id"], played.players, read(RELATIONS))
    through = played.solve().values[played.players.index(player)]
    game = window.game()
    found = difference(game, player)
    shown = _masked_keys(platform, case, partition, store)
    of = window.cluster_roles
    named = ["|".join(map(shown, of, key.split("|", len(of) - 1))) for key in played.clusters]
    others = [role for role in case.entity if (role,) != of]
    return Explanation(
        row, [each for each in read(COLUMN_VALUES, case.name).to_pylist() if each["asset_id"] == row["asset_id"]],
        "|".join(case.entity[role] for role in of), list(zip(named, through.tolist(), strict=True)), spread(through), found,
        game.payoff.done,
        {role: by_thing(found, window.features.rows.column(role).to_pylist()) for role in others},
        _names(window, shown))


def _player(asset: str, players: list[str], relations: pa.Table) -> str:
    """The asset itself, or the copy of it that plays for both."""
    from assay.catalog.copies import copies_of

    stays = copies_of(relations)
    return asset if asset in players else next(p for p in players if stays.get(p, p) == stays.get(asset, asset))


def _masked_keys(platform: Platform, case: UseCase, partition: str, store: ArtifactStore) -> Callable[[str, object], str]:
    """How the key of a role is shown: personal ones never as they are."""
    from assay.contracts.schemas import COLUMNS
    from assay.profiling.personal import mask

    rows = store.read(store.get(COLUMNS, platform.platform, partition)).to_pylist()
    personal = {row["column"]: row["pii_type"] for row in rows if row["asset_id"] == case.outcome.asset and row["pii_type"]}

    def shown(role: str, key: object) -> str:
        kind = personal.get(case.entity[role])
        return mask(kind, str(key)) if kind else str(key)

    return shown


def _names(window: OutcomeWindow, shown: Callable[[str, object], str]) -> Callable[[str, object], str]:
    """A function from a role's key to the key with what the thing is called: categories of its own that are told in words."""
    words: dict[str, dict[object, str]] = {}
    for role, table in window.features.things.items():
        told = [column for column in table.column_names if column in window.features.texts][:_NAMES]
        if told:
            said = zip(table.column(role).to_pylist(), *(table.column(column).to_pylist() for column in told), strict=True)
            words[role] = {key: ", ".join(str(word) for word in own if word is not None) for key, *own in said}

    def name(role: str, key: object) -> str:
        said = words.get(role, {}).get(key)
        return f"{shown(role, key)} ({said})" if said else shown(role, key)

    return name
