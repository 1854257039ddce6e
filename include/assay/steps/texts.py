"""Vectors of the texts that a step reads: each is encoded once, whichever night met it first."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, islice
from typing import TYPE_CHECKING

from assay.contracts.refs import ArtifactRef
from assay.steps.frame import Frame
from assay.storage import fingerprint

if TYPE_CHECKING:
    import pyarrow as pa

logger = logging.getLogger(__name__)

_MODULES = ("assay.language",)  # what a vector depends on; not those of the step that asks
_MOST_TEXTS = 20_000  # three minutes on two cores, 30 MB
_MOST_READ = 3  # earlier artifacts: what the newest don't hold, older ones hardly do


def text_vectors(frame: Frame, texts: Iterable[str | None], name: str, partition: str | None = None,
                 also: Sequence[str] = ()) -> ArtifactRef:
    """Publish `text_vectors/<name>`: the vectors of these texts, one row a distinct text, ascending.

    The artifact is a function of the set of texts and of the encoder, so equal sets cost nothing. Of another set only the
    texts are encoded that no earlier artifact of the name holds, of whatever partition: a text's vector depends on nothing
    else, so where it is taken from changes no byte.

    Args:
        frame: The step that asks.
        texts: As they lie in data, repeated or not, most important first: of more than 20,000 distinct ones the first are
            kept, and a warning says so. Missing ones are left out.
        name: Whose texts they are, e.g. an asset and its column.
        partition: Partition to publish under, by default the run's.
        also: Further names whose artifacts are likely to hold the same texts.
    """
    from assay.contracts.schemas import TEXT_VECTORS
    from assay.language.encoder import ENCODER

    distinct = list(dict.fromkeys(text for text in texts if text is not None))
    if len(distinct) > _MOST_TEXTS:
        logger.warning("%s has %d distinct texts, only the first %d get vectors", name, len(distinct), _MOST_TEXTS)
    wanted = sorted(distinct[:_MOST_TEXTS])
    own = replace(frame, modules=_MODULES)
    return own.publish(TEXT_VECTORS, lambda: _make(own, wanted, (name, *also)), inputs=[fingerprint(wanted)], config=ENCODER,
                       name=name, partition=partition)


def _make(frame: Frame, wanted: list[str], names: Sequence[str]) -> pa.Table:
    """Contract `text_vectors` for the texts `wanted`, from earlier artifacts where those hold them."""
    import numpy as np
    import pyarrow as pa

    from assay.language.encoder import DIMENSIONS, encode_texts

    vectors = np.zeros((len(wanted), DIMENSIONS), np.float32)
    missing = {text: row for row, text in enumerate(wanted)}
    for earlier in chain.from_iterable(islice(_earlier(frame, name), _MOST_READ) for name in names):
        if not missing:
            break
        table = frame.store.read(earlier)
        known = table.column("vector").combine_chunks().flatten().to_numpy().reshape(-1, DIMENSIONS)
        for text, vector in zip(table.column("text").to_pylist(), known, strict=True):
            if text in missing:
                vectors[missing.pop(text)] = vector
    logger.info("%s: %d texts, %d of them encoded anew", names[0], len(wanted), len(missing))
    vectors[list(missing.values())] = encode_texts(list(missing))
    offsets = np.arange(0, vectors.size + 1, DIMENSIONS, dtype=np.int32)
    return pa.table({"text": pa.array(wanted, pa.string()), "vector": pa.ListArray.from_arrays(offsets, vectors.ravel())})


def _earlier(frame: Frame, name: str) -> Iterator[ArtifactRef]:
    """Artifacts of the name that the same encoder made, newest partition first."""
    from assay.contracts.schemas import TEXT_VECTORS
    from assay.language.encoder import ENCODER

    recipe, platform = frame.recipe([], ENCODER), frame.platform.platform
    for partition in reversed(frame.store.partitions(TEXT_VECTORS, platform, name)):
        made = frame.store.manifest(frame.store.uri(TEXT_VECTORS, platform, partition, name))
        if (made["config"], made["code"], made["version"]) == (recipe.config, recipe.code, TEXT_VECTORS.version):
            yield frame.store.get(TEXT_VECTORS, platform, partition, name)
