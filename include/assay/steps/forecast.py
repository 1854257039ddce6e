"""Task `forecast`: what the next windows are worth, and how good earlier forecasts were."""

from __future__ import annotations

from collections.abc import Sequence

from assay.contracts.refs import ArtifactRef, CaseRef, Night
from assay.steps.frame import Frame, open_frame

MODULES = ("assay.forecasting", "assay.steps.forecast")


def forecast(night: Night, values: Sequence[CaseRef], embeddings: Sequence[CaseRef]) -> list[ArtifactRef]:
    """Publish `forecasts` and `forecast_scores`; both are ledgers whose inputs list the earlier partitions that they fold.

    Args:
        night: The run.
        values: `values` per use case; one that stopped gets no forecast.
        embeddings: State of the assets. The naive forecaster doesn't read it, so it is no input of the recipe.
    """
    import pyarrow as pa

    from assay.contracts.schemas import FORECAST_SCORES, FORECASTS
    from assay.forecasting.forecasts import forecast_case
    from assay.forecasting.history import in_reach
    from assay.forecasting.scoring import score_forecasts

    with open_frame("forecast", night.platform, night.partition, MODULES) as frame:
        histories = {case.use_case: _history(frame, case.use_case, case.ref) for case in values if case.ref is not None}
        inputs = [ref.fingerprint for refs in histories.values() for ref in refs.values()]
        # inputs are unordered: the configuration says which partition each belongs to
        when = {name: {p: ref.fingerprint for p, ref in refs.items()} for name, refs in histories.items()}
        tables = {name: {p: frame.store.read(ref) for p, ref in refs.items()} for name, refs in histories.items()}
        horizons = frame.platform.forecast.horizons

        def make_forecasts() -> pa.Table:
            parts = [forecast_case(frame.platform.use_case(name), tables[name], night.partition, horizons)
                     for name in sorted(tables)]
            return pa.concat_tables([FORECASTS.schema.empty_table(), *parts])

        forecasts = frame.publish(FORECASTS, make_forecasts, inputs=inputs, config={
            "horizons": horizons, "history": when, "cases": [frame.platform.use_case(name) for name in sorted(tables)]})

        earlier = in_reach(frame.store.partitions(FORECASTS, night.platform), night.partition)
        made = {p: frame.store.get(FORECASTS, night.platform, p) for p in earlier}
        scores = frame.publish(
            FORECAST_SCORES,
            lambda: score_forecasts({p: frame.store.read(ref) for p, ref in made.items()}, tables, night.partition),
            inputs=[*inputs, *(ref.fingerprint for ref in made.values())],
            config={"history": when, "made": {p: ref.fingerprint for p, ref in made.items()}})
        return [forecasts, scores]


def _history(frame: Frame, use_case: str, newest: ArtifactRef) -> dict[str, ArtifactRef]:
    """`values` of a use case by partition, those in reach and the newest."""
    from assay.contracts.schemas import VALUES
    from assay.forecasting.history import in_reach

    platform = frame.platform.platform
    earlier = in_reach(frame.store.partitions(VALUES, platform, use_case), frame.partition)
    return {p: frame.store.get(VALUES, platform, p, use_case) for p in earlier} | {frame.partition: newest}
