"""What the steps of the use cases share: the manifest's view of one use case, and its windows' rows."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from assay.contracts.refs import ArtifactRef, CaseRef
from assay.errors import NotEnoughData
from assay.storage import ArtifactStore

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    from assay.features.table import FeatureTables
    from assay.features.windows import WindowRole

logger = logging.getLogger(__name__)


def by_contract(refs: Iterable[ArtifactRef], contract: str) -> ArtifactRef:
    """The one reference of that contract among what a step returned.

    Raises:
        LookupError: If there is none.
    """
    for ref in refs:
        if ref.contract == contract:
            return ref
    raise LookupError(f"no {contract} among the references handed on")


def case_ref(refs: Iterable[CaseRef], use_case: str) -> ArtifactRef:
    """The artifact that an earlier step made for a use case.

    Raises:
        NotEnoughData: If the use case stopped there.
    """
    for case in refs:
        if case.use_case == use_case and case.ref is not None:
            return case.ref
    raise NotEnoughData(use_case, "an earlier step made nothing for it", "read that step's reason")


def for_each_case(use_cases: Sequence[str], before: Sequence[CaseRef], make: Callable[[str], ArtifactRef]) -> list[CaseRef]:
    """Run `make` for every use case; one that stops hands its reason on and leaves the others alone."""
    stopped = {case.use_case: case.reason for case in before if case.ref is None}
    results = []
    for name in use_cases:
        if name in stopped:
            results.append(CaseRef(name, None, stopped[name]))
            continue
        try:
            results.append(CaseRef(name, make(name)))
        except NotEnoughData as error:
            logger.warning("%s", error)
            results.append(CaseRef(name, None, str(error)))
    return results


def window_rows(store: ArtifactStore, line: dict) -> tuple[FeatureTables, np.ndarray, np.ndarray]:
    """The rows of one line of the `features` artifact that serve its window.

    Args:
        store: Shared storage.
        line: A row of contract `features`.

    Returns:
        The feature tables, y and amount (float32; all 0 where outcomes are not known yet).
    """
    import pyarrow as pa

    from assay.features.table import FeatureTables

    rows = pa.concat_tables(store.read_in_parts(rows_ref(line)))
    return served(store, line, FeatureTables(rows, things_of(store, line), texts_of(store, line)))


def window_parts(store: ArtifactStore, line: dict) -> Iterator[tuple[FeatureTables, np.ndarray, np.ndarray]]:
    """The same part by part, so that no more than one row group has to be held."""
    from assay.features.table import FeatureTables

    things, texts = things_of(store, line), texts_of(store, line)
    for rows in store.read_in_parts(rows_ref(line)):
        yield served(store, line, FeatureTables(rows, things, texts))


def rows_ref(line: dict) -> ArtifactRef:
    """The artifact of the rows of a line of the `features` artifact."""
    return ArtifactRef("window_features", line["uri"], line["row_count"], line["fingerprint"])


def things_of(store: ArtifactStore, line: dict) -> dict[str, pa.Table]:
    """The tables of what the rows of a line name, by roles."""
    return {thing["of"]: store.read(ArtifactRef("window_features", thing["uri"], 0, thing["fingerprint"]))
            for thing in line["things"]}


def labels_of(store: ArtifactStore, line: dict) -> pa.Table:
    """The outcomes of a line of the `features` artifact whose window is known."""
    return store.read(ArtifactRef("labels", line["labels_uri"], 0, line["labels_fingerprint"]))


def texts_of(store: ArtifactStore, line: dict) -> dict[str, pa.Table]:
    """What the words of a line mean, by column."""
    return {text["of"]: store.read(ArtifactRef("text_vectors", text["uri"], 0, text["fingerprint"])) for text in line["texts"]}


def served(store: ArtifactStore, line: dict, features: FeatureTables) -> tuple[FeatureTables, np.ndarray, np.ndarray]:
    """Those of the candidates that serve the line's window, and their outcomes as `window_rows` gives them."""
    import numpy as np

    from assay.features.windows import WindowRole
    from assay.models.rows import join_labels, share_of

    if line["labels_uri"]:
        y, amount = join_labels(features, labels_of(store, line))
    else:
        y = amount = np.zeros(features.rows.num_rows, np.float32)
    if line["cutoff"] is not None:
        return features, y, amount
    chosen = share_of(features, WindowRole(line["window"]))
    return features.take(chosen), y[chosen], amount[chosen]


def rows_of(features: pa.Table, role: WindowRole) -> list[dict]:
    """Lines of the `features` artifact for one role, oldest first."""
    return sorted((r for r in features.to_pylist() if r["window"] == role), key=lambda r: r["cutoff"] or "")


def seed_of(platform: str, name: str) -> int:
    """Of all that is drawn for a use case, or under another name: the same in every partition."""
    return int.from_bytes(hashlib.sha256(f"{platform}|{name}".encode()).digest()[:4], "big")
