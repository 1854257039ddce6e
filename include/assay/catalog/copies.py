"""Tables that are copies of each other, from the artifact `relations`."""

from __future__ import annotations

import pyarrow as pa

from assay.contracts.enums import RelationKind


def copies_of(relations: pa.Table) -> dict[str, str]:
    """Copy -> the asset that stays: of each group of copies the one first by name, whichever way the relations point.

    Args:
        relations: Contract `relations`.
    """
    stays: dict[str, str] = {}

    def root(asset: str) -> str:
        while asset in stays:
            asset = stays[asset]
        return asset

    for row in relations.to_pylist():
        if row["kind"] == RelationKind.DUPLICATE:
            first, second = sorted((root(row["from_asset"]), root(row["to_asset"])))
            if first != second:
                stays[second] = first
    return {copy: root(copy) for copy in stays}
