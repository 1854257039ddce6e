"""Task `value`: what each asset and column is worth, on an outcome window that neither trained nor chose the model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from assay.contracts.refs import ArtifactRef, CaseRef, Night
from assay.steps.cases import by_contract, case_ref, for_each_case, seed_of
from assay.steps.frame import Frame, open_frame
from assay.steps.games import OutcomeWindow, outcome_window

if TYPE_CHECKING:
    import pyarrow as pa

    from assay.config import UseCase

MODULES = ("assay.valuation", "assay.models", "assay.steps.cases", "assay.steps.games")


@dataclass(frozen=True)
class _Assets:
    """What the platform has.

    Attributes:
        names: All assets, ascending.
        columns: Of each asset with a profile, its columns.
        copies: Asset that is a copy -> the first of its group.
    """

    names: list[str]
    columns: Mapping[str, list[str]]
    copies: Mapping[str, str]

    def alike(self, player: str, case: UseCase) -> list[str]:
        """The assets of a use case that hold the same as one of its players, itself among them, ascending."""
        first = self.copies.get(player, player)
        same = {first, *(copy for copy, stays in self.copies.items() if stays == first)}
        return sorted({player} | (same & set(case.assets or self.names)))


def value(night: Night, features: Sequence[CaseRef], models: Sequence[CaseRef],
          classified: Sequence[ArtifactRef]) -> list[CaseRef]:
    """Publish `values/<use_case>`, and before it `coalition_payoffs` and `column_values` of the same name.

    Args:
        night: The run.
        features: What `build_features` returned.
        models: What `train` returned.
        classified: What `classify` returned.
    """
    with open_frame("value", night.platform, night.partition, MODULES) as frame:
        assets = _assets(frame, night, classified)

        def make(name: str) -> ArtifactRef:
            with frame.measure():
                case = frame.platform.use_case(name)
                return _value_case(frame, case, case_ref(features, name), case_ref(models, name), assets)

        return for_each_case(night.use_cases, models, make)


def _assets(frame: Frame, night: Night, classified: Sequence[ArtifactRef]) -> _Assets:
    from assay.catalog.copies import copies_of

    names = sorted(set(frame.store.read(night.discovered, columns=["asset_id"]).column("asset_id").to_pylist()))
    columns: dict[str, list[str]] = {}
    for row in frame.store.read(by_contract(classified, "columns"), columns=["asset_id", "column"]).to_pylist():
        columns.setdefault(row["asset_id"], []).append(row["column"])
    return _Assets(names, columns, copies_of(frame.store.read(by_contract(classified, "relations"))))


def _value_case(frame: Frame, case: UseCase, features: ArtifactRef, model: ArtifactRef, assets: _Assets) -> ArtifactRef:
    from assay.contracts.schemas import COALITION_PAYOFFS, COLUMN_VALUES, VALUES

    inputs, config = [features.fingerprint, model.fingerprint], [case.model_dump(mode="json"), frame.platform.currency]
    window = cache(lambda: outcome_window(frame.store, case, features, model))
    payoffs = frame.publish(COALITION_PAYOFFS, lambda: _play(window(), seed_of(frame.platform.platform, case.name)),
                            inputs=inputs, config=config, name=case.name)
    known = cache(lambda: frame.store.read(payoffs))
    inputs, config = [*inputs, payoffs.fingerprint], [*config, assets.names, assets.columns, assets.copies]
    frame.publish(COLUMN_VALUES, lambda: _appraise_columns(frame, window(), known(), assets), inputs=inputs, config=config,
                  name=case.name)
    return frame.publish(VALUES, lambda: _appraise(frame, case, known(), assets), inputs=inputs, config=config,
                         name=case.name)


def _play(window: OutcomeWindow, seed: int) -> pa.Table:
    """Payoff of every coalition that the estimator asks for, and every cluster."""
    from assay.valuation.estimators import estimate
    from assay.valuation.table import Played, payoff_table

    game = window.game()
    found = estimate(game.play, len(game.players), seed=seed)
    return payoff_table(Played(list(game.players), game.payoff.clusters, found.coalitions, found.payoffs))


def _unit(frame: Frame, case: UseCase, clusters: int) -> str:
    from assay.valuation.appraise import per_window

    return per_window(frame.platform.currency, case.outcome.window_days, clusters, next(iter(case.entity)))


def _appraise(frame: Frame, case: UseCase, payoffs: pa.Table, assets: _Assets) -> pa.Table:
    from assay.contracts.schemas import VALUES
    from assay.valuation.appraise import appraise, shared, unvalued
    from assay.valuation.table import read_payoffs

    played = read_payoffs(payoffs)
    unit = _unit(frame, case, len(played.clusters))
    rows = shared(appraise(played, unit=unit), {player: assets.alike(player, case) for player in played.players})
    others = {asset: _why_not(case, asset) for asset in assets.names if asset not in {row["asset_id"] for row in rows}}
    return _table(VALUES.schema, case, [*rows, *unvalued(others, unit)])


def _appraise_columns(frame: Frame, window: OutcomeWindow, payoffs: pa.Table, assets: _Assets) -> pa.Table:
    """Values of the columns on a sample of the clusters; those that no feature reads say so."""
    from assay.contracts.schemas import COLUMN_VALUES
    from assay.valuation.appraise import shared, unvalued_columns
    from assay.valuation.columns import appraise_columns, column_reads, sample_clusters
    from assay.valuation.table import read_payoffs

    case, seed = window.case, seed_of(frame.platform.platform, window.case.name)
    played = read_payoffs(payoffs)
    unit = _unit(frame, case, len(played.clusters))
    values = dict(zip(played.players, played.solve().values.sum(axis=1).tolist(), strict=True))
    rows_of_some, some = sample_clusters(window.cluster_keys, played.clusters, seed=seed)
    valued = appraise_columns(window.take(rows_of_some).game(), column_reads(window.model, window.features.tokens), values,
                              played.take(some), times=len(played.clusters) / max(1, len(some)), unit=unit, seed=seed)
    rows = shared(valued, {player: assets.alike(player, case) for player in played.players})
    told = {(row["asset_id"], row["column"]) for row in rows}
    others = [(asset, column) for asset, columns in assets.columns.items() for column in columns if (asset, column) not in told]
    return _table(COLUMN_VALUES.schema, case, [*rows, *unvalued_columns(others, {asset for asset, _ in told}, unit)])


def _table(schema: pa.Schema, case: UseCase, rows: list[dict[str, Any]]) -> pa.Table:
    import pyarrow as pa

    return pa.Table.from_pylist([{"use_case": case.name} | row for row in rows], schema=schema)


def _why_not(case: UseCase, asset: str) -> str:
    if case.outcome.time is None and asset == case.outcome.asset:
        return f"it holds the outcomes of {case.name}, which are no player"
    if case.assets is not None and asset not in case.assets:
        return f"{case.name} doesn't use it"
    return f"no feature of {case.name} could be built from it: no usable partition, or nothing in it names the entity"
