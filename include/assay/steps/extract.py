"""Task `extract`: deep features of users, items and assets from the outcome model, and why it predicts what it does."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, partial
from typing import TYPE_CHECKING

from assay.contracts.refs import ArtifactRef, CaseRef, Night
from assay.steps.cases import case_ref, for_each_case, rows_of, seed_of, window_rows
from assay.steps.frame import Frame, open_frame

if TYPE_CHECKING:
    from assay.config import UseCase
    from assay.features.table import FeatureTables
    from assay.models.encoding import Encoded
    from assay.models.store import OutcomeModel
    from assay.storage import ArtifactStore


def extract(night: Night, features: Sequence[CaseRef], models: Sequence[CaseRef]) -> list[CaseRef]:
    """Publish `embeddings/<use_case>` and `explanations/<use_case>`, both of the newest data."""
    with open_frame("extract", night.platform, night.partition, ("assay.models", "assay.valuation")) as frame:

        def make(name: str) -> ArtifactRef:
            with frame.measure():
                return _extract_case(frame, frame.platform.use_case(name), case_ref(features, name), case_ref(models, name))

        return for_each_case(night.use_cases, models, make)


def load_model(store: ArtifactStore, ref: ArtifactRef) -> OutcomeModel:
    """The outcome model behind a reference."""
    from assay.models.runtime import prepare_tensorflow
    from assay.models.store import from_files

    prepare_tensorflow()
    return from_files(partial(store.read_file, ref))


def _extract_case(frame: Frame, case: UseCase, features: ArtifactRef, model: ArtifactRef) -> ArtifactRef:
    import pyarrow as pa

    from assay.contracts.schemas import EMBEDDINGS, EXPLANATIONS
    from assay.features.windows import WindowRole
    from assay.models.embeddings import embed
    from assay.valuation.explain import explain

    @cache
    def read() -> tuple[OutcomeModel, FeatureTables, Encoded]:
        index, loaded = frame.store.read(features), load_model(frame.store, model)
        newest = (rows_of(index, WindowRole.SERVE) or rows_of(index, WindowRole.OUTCOME))[-1]
        window, _, _ = window_rows(frame.store, newest)
        return loaded, window, loaded.encode(window)

    top_k = case.top_k
    seed = seed_of(frame.platform.platform, case.name)

    def embedded() -> pa.Table:
        return pa.Table.from_pylist([{"use_case": case.name} | row for row in embed(*read())], schema=EMBEDDINGS.schema)

    def explained() -> pa.Table:
        table = explain(*read(), top_k=top_k, seed=seed)
        return table.append_column("use_case", pa.repeat(case.name, table.num_rows))

    inputs = [features.fingerprint, model.fingerprint]
    frame.publish(EXPLANATIONS, explained, inputs=inputs, config=[top_k, seed], name=case.name)
    return frame.publish(EMBEDDINGS, embedded, inputs=inputs, name=case.name)
