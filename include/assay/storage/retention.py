"""Which artifacts a platform can do without: those of partitions that no night to come reads, and that no history tells of."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from assay.contracts import schemas
from assay.contracts.contract import Contract
from assay.contracts.schemas import CONTRACTS

# small, and what value, quality, state and forecasts were in every partition: the history that nothing brings back
_HISTORY = frozenset({schemas.VALUES.name, schemas.COLUMN_VALUES.name, schemas.QUALITY_SCORES.name, schemas.MODEL_METRICS.name,
                      schemas.ASSET_SIGNALS.name})
_PAGES = frozenset({schemas.REPORT.name, schemas.EXPORTS.name, schemas.RUN_METRICS.name})


@dataclass(frozen=True)
class Stored:
    """One artifact as it lies in storage.

    Attributes:
        uri: Below the root.
        contract: Name of its contract.
        partition: `YYYY-MM-DD`.
        name: Asset, use case or step that it is of; empty where there is one a partition.
        bytes: Of its files.
    """

    uri: str
    contract: str
    partition: str
    name: str
    bytes: int


def is_lasting(contract: Contract) -> bool:
    """Whether artifacts of a contract are kept for good: ledgers and what history is told by, but for pages."""
    return contract.name in _HISTORY or (contract.ledger and contract.name not in _PAGES)


def superfluous(stored: Iterable[Stored], newest: str, keep_days: int, served: Collection[str]) -> list[Stored]:
    """What can go, by partition and uri.

    Of each asset the newest of everything is kept, however old it is: a night reads the newest partition of an asset that
    no longer comes.

    Args:
        stored: All artifacts of one platform.
        newest: Newest partition that was run.
        keep_days: Days before it that everything is kept for.
        served: Uris of models that serve.
    """
    everything = list(stored)
    oldest = (date.fromisoformat(newest) - timedelta(days=keep_days)).isoformat()
    last: dict[tuple[str, str], str] = {}
    for artifact in everything:
        place = artifact.contract, artifact.name
        last[place] = max(last.get(place, ""), artifact.partition)

    def can_go(artifact: Stored) -> bool:
        contract = CONTRACTS.get(artifact.contract)
        if contract is None or artifact.partition >= oldest or is_lasting(contract) or artifact.uri in served:
            return False
        return contract.per != "asset" or artifact.partition < last[artifact.contract, artifact.name]

    return sorted(filter(can_go, everything), key=lambda artifact: (artifact.partition, artifact.uri))
