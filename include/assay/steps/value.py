"""Task `value`: what each asset is worth to each use case, on an outcome window that neither trained nor chose the model."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from assay.contracts.refs import ArtifactRef, CaseRef, Night
from assay.steps.cases import case_ref, for_each_case, rows_of, window_rows
from assay.steps.extract import load_model
from assay.steps.frame import Frame, open_frame

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    from assay.config import UseCase
    from assay.models.store import OutcomeModel
    from assay.valuation.payoffs import Payoff


def value(night: Night, features: Sequence[CaseRef], models: Sequence[CaseRef]) -> list[CaseRef]:
    """Publish `values/<use_case>` and `coalition_payoffs/<use_case>`."""
    with open_frame("value", night.platform, night.partition, ("assay.valuation", "assay.models")) as frame:
        assets = sorted(set(frame.store.read(night.discovered, columns=["asset_id"]).column("asset_id").to_pylist()))

        def make(name: str) -> ArtifactRef:
            with frame.measure():
                return _value_case(frame, frame.platform.use_case(name), case_ref(features, name), case_ref(models, name),
                                   assets)

        return for_each_case(night.use_cases, models, make)


def _value_case(frame: Frame, case: UseCase, features: ArtifactRef, model: ArtifactRef, assets: list[str]) -> ArtifactRef:
    from assay.contracts.schemas import COALITION_PAYOFFS, VALUES

    inputs = [features.fingerprint, model.fingerprint]
    config = [case.model_dump(mode="json"), frame.platform.currency, assets]
    payoffs = frame.publish(COALITION_PAYOFFS, lambda: _play(frame, case, features, load_model(frame.store, model)),
                            inputs=inputs, config=config, name=case.name)
    return frame.publish(VALUES, lambda: _appraise(frame, case, frame.store.read(payoffs), assets),
                         inputs=[payoffs.fingerprint], config=config, name=case.name)


def _play(frame: Frame, case: UseCase, index: ArtifactRef, model: OutcomeModel) -> pa.Table:
    """Payoff of every coalition and cluster."""
    from assay.features.table import via
    from assay.features.windows import WindowRole
    from assay.valuation.coalitions import all_coalitions
    from assay.valuation.game import play
    from assay.valuation.masked import MaskedModel
    from assay.valuation.table import payoff_table

    (line,) = rows_of(frame.store.read(index), WindowRole.OUTCOME)
    features, y, amount = window_rows(frame.store, line)
    rows, channels = features.rows, features.channels
    payoff = _payoff(case, rows, y, amount)
    masked = MaskedModel(model.network, model.codes, model.calibration, model.encode(features), model.players)
    found_by = {channel: rows.column(via(channel)).to_numpy() for channel in channels}
    money = play(masked, payoff, model.players, channels, found_by, rows.num_rows)
    return payoff_table(all_coalitions(len(model.players)), model.players, payoff.clusters, money)


def _payoff(case: UseCase, rows: pa.Table, y: np.ndarray, amount: np.ndarray) -> Payoff:
    """The manifest's payoff on the realised outcomes of a window."""
    from assay.valuation.payoffs import CapturedSales, CostMatrix

    rule = case.payoff
    keys = rows.column(next(iter(case.entity))).to_numpy()
    if rule.type == "captured_sales":
        return CapturedSales(keys, amount, top_k=rule.top_k, margin=rule.margin)
    return CostMatrix(keys, y, amount, gain_accept=rule.gain_accept, loss_accept=rule.loss_accept)


def _appraise(frame: Frame, case: UseCase, payoffs: pa.Table, assets: list[str]) -> pa.Table:
    import pyarrow as pa

    from assay.valuation.appraise import appraise, per_window, unvalued
    from assay.valuation.table import payoff_matrix

    players, clusters, money = payoff_matrix(payoffs)
    unit = per_window(frame.platform.currency, case.outcome.window_days, len(clusters), next(iter(case.entity)))
    seed = int.from_bytes(hashlib.sha256(f"{frame.platform.platform}|{case.name}".encode()).digest()[:4], "big")
    rows = appraise(money, players, unit=unit, seed=seed)
    others = {a: _why_not(case, a) for a in assets if a not in players}
    return pa.Table.from_pylist([{"use_case": case.name} | row for row in [*rows, *unvalued(others, unit)]])


def _why_not(case: UseCase, asset: str) -> str:
    if case.outcome.time is None and asset == case.outcome.asset:
        return f"it holds the outcomes of {case.name}, which are no player"
    if case.assets is not None and asset not in case.assets:
        return f"{case.name} doesn't use it"
    return f"no feature of {case.name} could be built from it: no usable partition, or nothing in it names the entity"
