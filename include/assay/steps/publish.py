"""Task `publish`: the catalogue, the ranked inventory and the report."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from assay.contracts.refs import ArtifactRef, CaseRef, Night
from assay.steps.audit import AUDIT
from assay.steps.decide import earlier_decisions
from assay.steps.frame import Frame, asset_of, open_frame

if TYPE_CHECKING:
    import pyarrow as pa

    from assay.contracts.contract import Contract
    from assay.inventory.ranking import Evidence

MODULES = ("assay.catalog.declared", "assay.forecasting.history", "assay.forecasting.spread", "assay.inventory",
           "assay.quality.docs", "assay.quality.scores", "assay.quality.anomalies.find", "assay.quality.suspects.suspect",
           "assay.quality.validate", "assay.valuation.bootstrap", "assay.steps.publish")


def publish(night: Night, classified: Sequence[ArtifactRef], gated: Sequence[ArtifactRef], values: Sequence[CaseRef],
            forecasts: Sequence[ArtifactRef], used: Sequence[ArtifactRef]) -> ArtifactRef:
    """Publish `assets`, `quality_scores`, `inventory`, `incidents`, `records`, `report` and how the use cases stand.

    Args:
        night: The run.
        classified: `columns`, `table_kinds`, `relations`.
        gated: `gate`, `asset_states`, `checks`.
        values: `values` per use case; the assets of one that stopped are `unvalued` with its reason.
        forecasts: `forecasts`, `forecast_scores`.
        used: `usage`, `lineage`, `log_coverage`, without rows where the platform has no query log.

    Returns:
        The inventory.
    """
    import pyarrow as pa

    from assay.contracts.schemas import ASSETS, DECLARED, INVENTORY, LATE_DATA, RECORDS, SUSPECTS, USE_CASE_STATES
    from assay.inventory.advice import load_rules
    from assay.inventory.assets import catalogue
    from assay.inventory.decisions import decisions_of
    from assay.inventory.ranking import Evidence, rank
    from assay.inventory.records import records

    with open_frame("publish", night.platform, night.partition, MODULES) as frame:
        refs = {ref.contract: ref for ref in [night.discovered, *classified, *gated, *forecasts, *used]}
        tables = {name: frame.store.read(ref) for name, ref in refs.items()}
        valued = {case.use_case: case.ref for case in values if case.ref is not None}
        stopped = {case.use_case: case.reason or "it stopped without a reason" for case in values if case.ref is None}
        worth = {name: frame.store.read(ref) for name, ref in sorted(valued.items())}
        cases = [{"use_case": case.use_case, "reason": stopped.get(case.use_case)} for case in values]
        frame.publish(USE_CASE_STATES, lambda: pa.Table.from_pylist(cases, schema=USE_CASE_STATES.schema), inputs=[],
                      config=cases)

        said = frame.store.find(DECLARED, night.platform, night.partition)
        assets = frame.publish(
            ASSETS, lambda: catalogue(tables["discovered"], tables["asset_states"], tables["table_kinds"], frame.platform,
                                      night.partition, frame.store.read(said) if said else None),
            inputs=[ref.fingerprint for ref in (*(refs[name] for name in ("discovered", "asset_states", "table_kinds")),
                                                *([said] if said else []))],
            config={"assets": frame.platform.assets, "catalogues": [entry.name for entry in frame.platform.catalogues]})
        refs["assets"], tables["assets"] = assets, frame.store.read(assets)
        listed = tables["assets"]
        noticed = _noticed(frame, tables["asset_states"].column("asset_id").to_pylist())
        refs["quality_scores"] = _scores(frame, refs, tables, noticed)
        tables["quality_scores"] = frame.store.read(refs["quality_scores"])
        rules, decided = load_rules(night.platform), earlier_decisions(frame.store, night.platform, night.partition)
        evidence = Evidence(listed, tables["gate"], tables["asset_states"], tables["quality_scores"], tables["relations"],
                            worth, stopped, tables["forecasts"], tables["usage"],
                            decisions_of(map(frame.store.read, decided)))
        read = [assets, *valued.values(), *decided,
                *(refs[name] for name in ("gate", "asset_states", "quality_scores", "relations", "forecasts", "usage"))]
        inventory = frame.publish(INVENTORY, lambda: rank(evidence, frame.platform, rules),
                                  inputs=[ref.fingerprint for ref in read],
                                  config={"platform": _settings(frame), "stopped": stopped, "rules": rules})
        ranking = frame.store.read(inventory)
        told = [assets, inventory, refs["relations"], refs["quality_scores"]]
        frame.publish(RECORDS, lambda: records(listed, ranking, tables["relations"], tables["quality_scores"]),
                      inputs=[ref.fingerprint for ref in told])
        incidents = _incidents(frame, refs, tables, noticed["anomalies"], inventory)
        shown = [inventory, incidents, *noticed["suspects"],
                 *(refs[name] for name in ("columns", "checks", "forecast_scores", "log_coverage"))]
        tables["incidents"] = frame.store.read(incidents)
        found_late = frame.store.find(LATE_DATA, night.platform, night.partition)
        shown += [found_late] if found_late else []
        tables["late_data"] = _all(frame, [found_late] if found_late else [], LATE_DATA)
        tables["suspects"] = _all(frame, noticed["suspects"], SUSPECTS)
        _report(frame, tables, valued, evidence, ranking, [*read, *shown])
        return inventory


def _noticed(frame: Frame, assets: Sequence[str]) -> dict[str, list[ArtifactRef]]:
    """What `profile` noticed without any rule of each asset that has a profile, by contract."""
    from assay.contracts.schemas import ANOMALIES, SUSPECTS

    platform = frame.platform.platform
    return {contract.name: [ref for asset in assets if (ref := frame.store.find(contract, platform, frame.partition, asset))]
            for contract in (ANOMALIES, SUSPECTS)}


def _all(frame: Frame, refs: Sequence[ArtifactRef], contract: Contract) -> pa.Table:
    """Artifacts of one contract as one table."""
    import pyarrow as pa

    return pa.concat_tables([contract.schema.empty_table(), *(frame.store.read(ref) for ref in refs)])


def _scores(frame: Frame, refs: dict[str, ArtifactRef], tables: dict[str, pa.Table],
            noticed: dict[str, list[ArtifactRef]]) -> ArtifactRef:
    """Publish how good the newest partitions are."""
    from collections import Counter

    from assay.contracts.schemas import QUALITY_SCORES
    from assay.quality.scores import quality_scores

    read = [refs["checks"], refs["gate"], *noticed["anomalies"], *noticed["suspects"]]
    looked_through = [asset_of(ref) for ref in noticed["suspects"]]
    return frame.publish(QUALITY_SCORES, lambda: quality_scores(
        tables["checks"], map(frame.store.read, noticed["anomalies"]), map(frame.store.read, noticed["suspects"]),
        Counter(tables["gate"].column("asset_id").to_pylist()), looked_through),
        inputs=[ref.fingerprint for ref in read], config=looked_through)


def _incidents(frame: Frame, refs: dict[str, ArtifactRef], tables: dict[str, pa.Table], unusual: Sequence[ArtifactRef],
               inventory: ArtifactRef) -> ArtifactRef:
    """Publish what is wrong, going on from the incidents of the newest earlier partition."""
    from assay.contracts.schemas import INCIDENTS
    from assay.inventory.incidents import incidents

    platform = frame.platform.platform
    before = max((p for p in frame.store.partitions(INCIDENTS, platform) if p < frame.partition), default=None)
    earlier = frame.store.get(INCIDENTS, platform, before) if before is not None else None
    read = [refs["asset_states"], refs["checks"], refs["assets"], inventory, *unusual, *([earlier] if earlier else [])]
    return frame.publish(INCIDENTS, lambda: incidents(
        frame.partition, tables["asset_states"], tables["checks"], [frame.store.read(ref) for ref in unusual],
        frame.store.read(inventory), tables["assets"], frame.store.read(earlier) if earlier else None),
        inputs=[ref.fingerprint for ref in read], config={"earlier": before})


def _report(frame: Frame, tables: dict[str, pa.Table], valued: dict[str, ArtifactRef], evidence: Evidence,
            inventory: pa.Table, read: list[ArtifactRef]) -> ArtifactRef:
    """Publish the report, which also looks back: on values, forecast scores and the inventory before.

    Args:
        frame: The step's surroundings.
        tables: What was classified, gated and forecast, by contract.
        valued: `values` of this partition per use case.
        evidence: What the inventory was ranked from.
        inventory: The ranking.
        read: Artifacts that it has been made from so far.
    """
    import pyarrow as pa

    from assay.contracts.schemas import (
        COLUMN_VALUES,
        DATA_DOCS,
        FORECAST_SCORES,
        INVENTORY,
        MODEL_METRICS,
        QUALITY_SCORES,
        REPORT,
        VALUES,
    )
    from assay.inventory.beside import docs_link
    from assay.inventory.report import FILE, Findings, build_report, wording
    from assay.quality.docs import FRONT_PAGE

    before = {name: frame.earlier(VALUES, name) for name in valued}
    scored, qualities = frame.earlier(FORECAST_SCORES), frame.earlier(QUALITY_SCORES)
    inventories = frame.earlier(INVENTORY)
    audits = [f"{name}/{AUDIT}" for name in valued]
    metrics, columns = _tonight(frame, MODEL_METRICS, [*valued, *audits]), _tonight(frame, COLUMN_VALUES, valued)
    docs = _tonight(frame, DATA_DOCS, evidence.assets.column("asset_id").to_pylist())
    last = max(inventories, default=None)
    past = [*(ref for refs in before.values() for ref in refs.values()), *scored.values(), *qualities.values(),
            *metrics.values(), *columns.values(), *docs.values(), *([inventories[last]] if last else [])]
    # inputs are unordered: the configuration says which partition each belongs to
    when = {name: {p: ref.fingerprint for p, ref in refs.items()} for name, refs in before.items()}
    recipe = frame.recipe([ref.fingerprint for ref in (*read, *past)], {
        "platform": _settings(frame), "stopped": evidence.stopped, "history": when, "earlier": last,
        "quality": {p: ref.fingerprint for p, ref in qualities.items()}, "wording": wording()})
    where = {"platform": frame.platform.platform, "partition": frame.partition}
    found = frame.store.find(REPORT, **where, recipe=recipe)
    if found:
        return found
    findings = Findings(
        inventory=inventory, assets=evidence.assets, columns=tables["columns"], states=evidence.states,
        checks=tables["checks"], values=evidence.values, stopped=evidence.stopped,
        history={name: {p: frame.store.read(ref) for p, ref in refs.items()} | {frame.partition: evidence.values[name]}
                 for name, refs in before.items()},
        forecasts=evidence.forecasts,
        scores=pa.concat_tables([*(frame.store.read(ref) for ref in scored.values()), tables["forecast_scores"]]),
        metrics={name: frame.store.read(ref) for name, ref in metrics.items()},
        column_values={name: frame.store.read(ref) for name, ref in columns.items()},
        earlier=(last, frame.store.read(inventories[last])) if last else None,
        usage=tables["usage"], coverage=tables["log_coverage"], incidents=tables["incidents"],
        suspects=tables["suspects"], late=tables["late_data"],
        quality={p: frame.store.read(ref) for p, ref in qualities.items()} | {frame.partition: evidence.scores},
        docs={asset: docs_link(asset, frame.store.place(ref, FRONT_PAGE)) for asset, ref in docs.items()})
    page = build_report(findings, frame.platform, frame.partition)
    return frame.store.publish_files(REPORT, {FILE: page}, **where, recipe=recipe)


def _tonight(frame: Frame, contract: Contract, names: Iterable[str]) -> dict[str, ArtifactRef]:
    """What was published in this partition under each of the names, where it was."""
    found = {name: frame.store.find(contract, frame.platform.platform, frame.partition, name) for name in sorted(names)}
    return {name: ref for name, ref in found.items() if ref is not None}


def _settings(frame: Frame) -> dict[str, Any]:
    """The part of the manifest that the inventory depends on: not where its sources lie on this machine."""
    return frame.platform.model_dump(mode="json", exclude={
        "sources", "query_logs", "catalogues", "schedule", "late_data", "exports"})
