"""What crosses XCom: small frozen references, never tables."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ArtifactRef:
    """A published artifact.

    Attributes:
        contract: Name of its schema in `assay.contracts.schemas`.
        uri: Folder of its files and `_manifest.json`, below the root of shared storage.
        row_count: Rows over all files; 0 for artifacts that are not tables.
        fingerprint: Hex SHA-256 of its content, independent of when or where it was written.
    """

    contract: str
    uri: str
    row_count: int
    fingerprint: str


@dataclass(frozen=True)
class Night:
    """One run's work: resolved once by `discover`, read by every later task.

    Attributes:
        platform: Name of the manifest.
        partition: Local date of the platform, `YYYY-MM-DD`.
        use_cases: The use cases to value, in the manifest's order.
        retrain: Train again even where an unchanged model could be reused.
        note: What the person who triggered the run wrote.
        discovered: The `discovered` artifact.
        batches: Asset ids, grouped for the mapped tasks.
        retune: Search the model's parameters for what serves from this partition on.
        audit: Train again without the most and the least valuable assets.
    """

    platform: str
    partition: str
    use_cases: tuple[str, ...]
    retrain: bool
    note: str
    discovered: ArtifactRef
    batches: tuple[tuple[str, ...], ...]
    retune: bool = False
    audit: bool = False

    def __post_init__(self) -> None:
        """Give back their types to what XCom stores as plain dicts and lists."""
        if isinstance(self.discovered, dict):
            object.__setattr__(self, "discovered", ArtifactRef(**self.discovered))
        object.__setattr__(self, "use_cases", tuple(self.use_cases))
        object.__setattr__(self, "batches", tuple(tuple(batch) for batch in self.batches))


@dataclass(frozen=True)
class CaseRef:
    """What a step made for one use case, or why it could not.

    A use case that stops doesn't stop the others: later steps hand its reason on, down to the rows of `values`.

    Attributes:
        use_case: Name in the manifest.
        ref: The artifact, or None where the use case stopped.
        reason: One sentence where it stopped.
    """

    use_case: str
    ref: ArtifactRef | None
    reason: str | None = None

    def __post_init__(self) -> None:
        """Give back its type to what XCom stores as a plain dict."""
        if isinstance(self.ref, dict):
            object.__setattr__(self, "ref", ArtifactRef(**self.ref))
