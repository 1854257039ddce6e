"""Task `extract`: deep features of users, items and assets from the outcome model, for the newest data."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from assay.contracts.refs import ArtifactRef, CaseRef, Night
from assay.steps.cases import case_ref, for_each_case, rows_of, window_rows
from assay.steps.frame import Frame, open_frame

if TYPE_CHECKING:
    from assay.models.store import OutcomeModel
    from assay.storage import ArtifactStore


def extract(night: Night, features: Sequence[CaseRef], models: Sequence[CaseRef]) -> list[CaseRef]:
    """Publish `embeddings/<use_case>`."""
    with open_frame("extract", night.platform, night.partition, ("assay.models",)) as frame:

        def make(name: str) -> ArtifactRef:
            with frame.measure():
                return _extract_case(frame, name, case_ref(features, name), case_ref(models, name))

        return for_each_case(night.use_cases, models, make)


def load_model(store: ArtifactStore, ref: ArtifactRef) -> OutcomeModel:
    """The outcome model behind a reference."""
    from assay.models.runtime import prepare_tensorflow
    from assay.models.store import from_files

    prepare_tensorflow()
    return from_files(partial(store.read_file, ref))


def _extract_case(frame: Frame, name: str, features: ArtifactRef, model: ArtifactRef) -> ArtifactRef:
    import pyarrow as pa

    from assay.contracts.schemas import EMBEDDINGS
    from assay.features.windows import WindowRole
    from assay.models.embeddings import embed

    def make() -> pa.Table:
        index = frame.store.read(features)
        newest = (rows_of(index, WindowRole.SERVE) or rows_of(index, WindowRole.OUTCOME))[-1]
        table, _, _ = window_rows(frame.store, newest)
        rows = [{"use_case": name} | row for row in embed(load_model(frame.store, model), table)]
        return pa.Table.from_pylist(rows, schema=EMBEDDINGS.schema)

    return frame.publish(EMBEDDINGS, make, inputs=[features.fingerprint, model.fingerprint], name=name)
