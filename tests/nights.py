"""One night, step by step in this process: what the DAG wires, without Airflow."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from assay.config import load_platform
from assay.contracts.refs import ArtifactRef, CaseRef, Night
from assay.contracts.schemas import CONTRACTS, SERVING


@dataclass(frozen=True)
class Published:
    """What the steps of one night returned."""

    night: Night
    gated: list[ArtifactRef]
    values: list[CaseRef]
    inventory: ArtifactRef


def run_night(platform: str, partition: str | None = None) -> Published:
    """Run every step in the DAG's order."""
    from assay.steps import (
        build_features,
        champion,
        check,
        classify,
        discover,
        extract,
        forecast,
        gate,
        ingest,
        profile,
        publish,
        train,
        usage,
        value,
    )

    cases = [case.name for case in load_platform(platform).use_cases]
    night = discover.discover(platform, partition_key=None, requested=partition, use_cases=cases, retrain=False, note="")
    histories = [ingest.ingest(night, batch) for batch in night.batches]
    flat = [ref for batch in histories for ref in batch]
    classified = classify.classify(night, [ref for batch in histories for ref in profile.profile(night, batch)])
    gated = gate.gate(night, flat, [ref for batch in histories for ref in check.check(night, batch)])
    features = build_features.build_features(night, gated, classified)
    models = train.train(night, features)
    champion.choose(night, features, models)
    extract.extract(night, features, models)
    used = usage.usage(night)
    values = value.value(night, features, models, classified)
    forecasts = forecast.forecast(night, values, classified, gated, used)
    return Published(night, gated, values, publish.publish(night, classified, gated, values, forecasts, used))


def pure_fingerprints(storage: Path, platform: str) -> dict[str, str]:
    """Path below the storage -> fingerprint, of every pure artifact that stands."""
    import json

    found = {}
    for path in sorted((storage / platform).rglob("_manifest.json")):
        manifest = json.loads(path.read_text())
        if not CONTRACTS[manifest["contract"]].ledger and SERVING not in path.parts:
            found[path.parent.relative_to(storage).as_posix()] = manifest["fingerprint"]
    return found
