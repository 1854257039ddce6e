"""Task `forecast`: what the next windows are worth, by the forecaster that did best, and how good earlier forecasts were."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING

from assay.contracts.refs import ArtifactRef, CaseRef, Night
from assay.steps.cases import by_contract, seed_of
from assay.steps.frame import Frame, open_frame
from assay.steps.texts import text_vectors

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    from assay.forecasting.scoring import Came

MODULES = ("assay.forecasting", "assay.models.forecaster", "assay.steps.forecast")
_KNOWN = ["use_case", "asset_id", "value", "ci_low", "ci_high"]


def forecast(night: Night, values: Sequence[CaseRef], classified: Sequence[ArtifactRef], gated: Sequence[ArtifactRef],
             used: Sequence[ArtifactRef]) -> list[ArtifactRef]:
    """Publish `forecasts` and `forecast_scores`, and before them `asset_signals`, `forecast_trials` and `forecast_backtests`.

    All but the signals are ledgers, whose inputs list the earlier partitions that they fold.

    Args:
        night: The run.
        values: `values` per use case; one that stopped gets no forecast.
        classified: What `classify` returned.
        gated: What `gate` returned.
        used: What `usage` returned.
    """
    from assay.contracts.schemas import FORECAST_BACKTESTS, FORECAST_SCORES, FORECAST_TRIALS, FORECASTS
    from assay.forecasting.backtest import backtest, backtest_table
    from assay.forecasting.forecasts import forecasts
    from assay.forecasting.scoring import score_forecasts

    with open_frame("forecast", night.platform, night.partition, MODULES) as frame:
        signals = _signals(frame, gated, used)
        past = _Past(frame, tuple(case for case in values if case.ref is not None))
        trials = _trials(frame, past, classified, signals)
        tried = frame.earlier(FORECAST_TRIALS, among=past.origins)
        seed = seed_of(frame.platform.platform, "forecast")

        @cache
        def records() -> dict:
            return backtest({day: frame.store.read(ref) for day, ref in tried.items()}, past.came, seed)

        inputs = [*past.inputs, *_prints(tried)]
        config = {"history": past.when, "tried": _by_day(tried)}
        tested = frame.publish(FORECAST_BACKTESTS, lambda: backtest_table(records()), inputs=inputs, config=config)
        made = frame.publish(
            FORECASTS, lambda: forecasts(frame.store.read(trials), records(), past.windows),
            inputs=[*inputs, trials.fingerprint, tested.fingerprint], config=config)
        due = frame.earlier(FORECASTS, among={past.before(h) for h in frame.platform.forecast.horizons})
        scores = frame.publish(
            FORECAST_SCORES,
            lambda: score_forecasts({day: frame.store.read(ref) for day, ref in due.items()}, past.came, night.partition),
            inputs=[*past.inputs, *_prints(due)], config={"history": past.when, "made": _by_day(due)})
        return [made, scores, tested]


def _prints(refs: Mapping[str, ArtifactRef]) -> list[str]:
    return [ref.fingerprint for ref in refs.values()]


def _by_day(refs: Mapping[str, ArtifactRef]) -> dict[str, str]:
    """Inputs are unordered: a configuration says which partition each belongs to."""
    return {day: ref.fingerprint for day, ref in refs.items()}


@dataclass
class _Past:
    """What assets and columns were worth on the nights that forecasters look back on.

    Of nights that share a window only one is read: those a window apart, going back from tonight, and those for which they
    made a forecast.

    Attributes:
        frame: The step's surroundings.
        cases: `values` per use case.
    """

    frame: Frame
    cases: tuple[CaseRef, ...]

    @cached_property
    def origins(self) -> list[str]:
        """Nights a window apart, tonight among them, ascending."""
        from assay.contracts.schemas import VALUES
        from assay.forecasting.history import apart, in_reach

        frame = self.frame
        known = {day for case in self.cases
                 for day in in_reach(frame.store.partitions(VALUES, frame.platform.platform, case.use_case), frame.partition)}
        days = [frame.platform.use_case(case.use_case).outcome.window_days or 1 for case in self.cases]
        return apart([*known, frame.partition], min(days, default=1))

    @cached_property
    def refs(self) -> dict[str, list[ArtifactRef]]:
        """`values` and `column_values` by partition."""
        from assay.contracts.schemas import COLUMN_VALUES, VALUES
        from assay.forecasting.history import shift

        frame, horizons = self.frame, self.frame.platform.forecast.horizons
        wanted = {*self.origins, *(shift(origin, h) for origin in self.origins for h in horizons)} - {frame.partition}
        out: dict[str, list[ArtifactRef]] = {}
        for case in self.cases:
            tonight = frame.store.find(COLUMN_VALUES, frame.platform.platform, frame.partition, case.use_case)
            out.setdefault(frame.partition, []).extend(ref for ref in (case.ref, tonight) if ref is not None)
            for contract in (VALUES, COLUMN_VALUES):
                for day, ref in frame.earlier(contract, case.use_case, wanted).items():
                    out.setdefault(day, []).append(ref)
        return dict(sorted(out.items()))

    @cached_property
    def tables(self) -> dict[str, list[pa.Table]]:
        """Those tables, of what forecasters read."""
        from assay.contracts.schemas import COLUMN_VALUES

        return {day: [self.frame.store.read(ref, [*_KNOWN, *(["column"] if ref.contract == COLUMN_VALUES.name else [])])
                      for ref in refs] for day, refs in self.refs.items()}

    @cached_property
    def came(self) -> dict[str, Came]:
        """Partition -> values."""
        return {day: {(row["use_case"], row["asset_id"], row.get("column") or ""): row["value"]
                      for table in tables for row in table.to_pylist() if row["value"] is not None}
                for day, tables in self.tables.items()}

    @cached_property
    def windows(self) -> dict:
        """Subject -> how many windows of it are known that don't overlap."""
        from assay.forecasting.history import non_overlapping, value_history

        return {subject: len(non_overlapping(points, self.frame.platform.use_case(subject.use_case).outcome.window_days or 1))
                for subject, points in value_history(self.tables).items()}

    @property
    def when(self) -> dict[str, list[str]]:
        """Fingerprints by partition."""
        return {day: [ref.fingerprint for ref in refs] for day, refs in self.refs.items()}

    @property
    def inputs(self) -> list[str]:
        """All fingerprints."""
        return [ref.fingerprint for refs in self.refs.values() for ref in refs]

    def before(self, days: int) -> str:
        """The partition so many days before tonight's."""
        from assay.forecasting.history import shift

        return shift(self.frame.partition, -days)


def _signals(frame: Frame, gated: Sequence[ArtifactRef], used: Sequence[ArtifactRef]) -> ArtifactRef:
    """Publish `asset_signals` of tonight."""
    from assay.contracts.schemas import ANOMALIES, ASSET_SIGNALS
    from assay.forecasting.signals import asset_signals

    read = [by_contract(gated, name) for name in ("gate", "asset_states", "checks")] + [by_contract(used, "usage")]
    gate, states, checks, usage = read
    assets = sorted(set(frame.store.read(states, columns=["asset_id"]).column("asset_id").to_pylist()))
    platform = frame.platform.platform
    unusual = [ref for asset in assets if (ref := frame.store.find(ANOMALIES, platform, frame.partition, asset)) is not None]
    return frame.publish(ASSET_SIGNALS, lambda: asset_signals(
        frame.partition, frame.store.read(gate), frame.store.read(states), frame.store.read(checks),
        map(frame.store.read, unusual), frame.store.read(usage)), inputs=[ref.fingerprint for ref in (*read, *unusual)])


def _trials(frame: Frame, past: _Past, classified: Sequence[ArtifactRef], signals: ArtifactRef) -> ArtifactRef:
    """Publish `forecast_trials` of tonight."""
    from assay.contracts.schemas import ASSET_SIGNALS, FORECAST_TRIALS
    from assay.forecasting.trials import try_forecasters

    seen = frame.earlier(ASSET_SIGNALS, among=past.origins) | {frame.partition: signals}
    vectors = _meanings(frame, classified)
    cases = [frame.platform.use_case(case.use_case) for case in past.cases]
    horizons, seed = frame.platform.forecast.horizons, seed_of(frame.platform.platform, "forecast")

    def make() -> pa.Table:
        from assay.forecasting.network import State

        told = {day: {row["asset_id"]: row for row in frame.store.read(ref).to_pylist()} for day, ref in seen.items()}
        state = State(told, _vectors(frame, classified, vectors))
        return try_forecasters(cases, past.tables, state, frame.partition, horizons, seed)

    return frame.publish(FORECAST_TRIALS, make, inputs=[*past.inputs, *_prints(seen), vectors.fingerprint], config={
        "horizons": horizons, "history": past.when, "signals": _by_day(seen), "cases": cases, "seed": seed})


def _meanings(frame: Frame, classified: Sequence[ArtifactRef]) -> ArtifactRef:
    """Publish the vectors of what assets and columns are called and described as."""
    return text_vectors(frame, _texts(frame, classified).values(), "assets")


def _texts(frame: Frame, classified: Sequence[ArtifactRef]) -> dict[tuple[str, str], str]:
    """`(asset, column or "")` -> what it is in words."""
    columns = frame.store.read(by_contract(classified, "columns"), columns=["asset_id", "column", "description"]).to_pylist()
    kinds = frame.store.read(by_contract(classified, "table_kinds"), columns=["asset_id", "description"]).to_pylist()
    texts = {(row["asset_id"], ""): f"{row['asset_id']}. {row['description'] or ''}" for row in kinds}
    return texts | {(row["asset_id"], row["column"]): f"{row['asset_id']}, {row['column']}. {row['description'] or ''}"
                    for row in columns}


def _vectors(frame: Frame, classified: Sequence[ArtifactRef], ref: ArtifactRef) -> dict[tuple[str, str], np.ndarray]:
    """`(asset, column or "")` -> what it means, less what all mean."""
    import numpy as np

    table = frame.store.read(ref)
    known = dict(zip(table.column("text").to_pylist(), np.array(table.column("vector").to_pylist(), np.float32), strict=True))
    mean = np.mean(list(known.values()), axis=0) if known else 0
    return {subject: known[text] - mean for subject, text in _texts(frame, classified).items() if text in known}
