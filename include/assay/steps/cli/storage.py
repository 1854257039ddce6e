"""`python -m assay storage`: what artifacts take, and what of it can go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich import box
from rich.table import Table

from assay.steps.cli.run import open_console

if TYPE_CHECKING:
    from assay.storage.retention import Stored


def storage(platform: str, *, keep_days: int | None = None, prune: bool = False) -> int:
    """Print what a platform's artifacts take by contract; with `prune`, remove what can go.

    Args:
        platform: Name of the manifest.
        keep_days: Days before the newest partition that everything is kept for, by default the manifest's.
        prune: Remove, instead of only saying what would go.

    Raises:
        AssayError: For any bad input.
    """
    from assay.inventory.wording import size
    from assay.steps.storage import prune as remove
    from assay.steps.storage import take_stock
    from assay.storage import open_store

    store = open_store()
    holdings = take_stock(platform, keep_days, store)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for name in ("artifact", "how many", "from", "to", "size", "can go"):
        table.add_column(name, justify="left" if name == "artifact" else "right")
    for contract in sorted({artifact.contract for artifact in holdings.stored}):
        own, going = (_of(artifacts, contract) for artifacts in (holdings.stored, holdings.superfluous))
        table.add_row(contract, f"{len(own):,}", min(a.partition for a in own), max(a.partition for a in own),
                      size(_bytes(own)), f"{len(going):,}, {size(_bytes(going))}" if going else "–")
    console = open_console()
    console.print(table)
    count, part = f"{len(holdings.superfluous):,} artifacts", size(_bytes(holdings.superfluous))
    everything = size(_bytes(holdings.stored))
    if holdings.keep_days is None:
        console.print(f"{everything} in all, all of it kept: name days with --keep-days, or in the manifest under storage")
    elif prune:
        remove(holdings, store)
        console.print(f"removed {count}, {part} of {everything}")
    else:
        console.print(f"{count}, {part} of {everything}, can go: nothing reads what is more than {holdings.keep_days} days "
                      f"before {holdings.newest}; nothing was removed, --prune does it", soft_wrap=True)
    return 0


def _of(artifacts: Sequence[Stored], contract: str) -> list[Stored]:
    return [artifact for artifact in artifacts if artifact.contract == contract]


def _bytes(artifacts: Sequence[Stored]) -> int:
    return sum(artifact.bytes for artifact in artifacts)
