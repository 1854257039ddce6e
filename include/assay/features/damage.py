"""What is done to an asset before a decision reads it, to see what the decision would earn then."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from assay.engine import literal, quote
from assay.features.catalogue import AssetFacts

_DIGITS = 12  # of a hash in base 16, which a BIGINT holds
_SEED = "lost"


@dataclass(frozen=True)
class Damage:
    """What is missing of an asset that else would be known at a cut-off.

    Attributes:
        asset_id: The asset.
        late_days: Days for which every row and every partition comes later than it does, at least 0.
        lost: Share of its rows that is gone, 0..1; with 1 the asset is.
    """

    asset_id: str
    late_days: int = 0
    lost: float = 0.0


def kept(asset: AssetFacts, columns: Collection[str], lost: float) -> str:
    """SQL condition of the rows that are left: a hash of a row's key decides, so that the same rows are always lost first.

    Args:
        asset: Its primary key tells rows apart, all columns where it has none.
        columns: Those that can be read.
        lost: Share of the rows, 0..1.
    """
    key = [name for name in asset.primary_key if name in columns] or list(columns)
    told = ", ".join(f"coalesce(CAST({quote(name)} AS VARCHAR), '')" for name in key)
    draw = f"CAST(concat('0x', substr(md5(concat_ws('|', {literal(_SEED)}, {told})), 1, {_DIGITS})) AS BIGINT)"
    return f"{draw} >= {round(lost * 16**_DIGITS)}"
