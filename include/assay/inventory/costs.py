"""What it costs to keep an asset and to read it every night."""

from __future__ import annotations

GIGABYTE = 1e9  # as storage is billed, not 2**30
DAYS_PER_MONTH = 365.25 / 12


def window_cost(stored_bytes: int, read_bytes: int, window_days: int, storage_gb_month: float, read_gb: float) -> float:
    """Cost of an asset over one outcome window, in the platform's currency.

    Stored bytes are paid by the month and prorated; bytes read are paid once a night. It is a management estimate at the
    manifest's rates: people, licences and what the data cost to acquire are not in it.

    Args:
        stored_bytes: Size at the source over the known partitions.
        read_bytes: Bytes that one night reads: the usable partitions in reach.
        window_days: Length of the outcome window; 1, one night, where outcomes have no time.
        storage_gb_month: Currency per GB (1e9 bytes) and month.
        read_gb: Currency per GB read.

    Raises:
        ValueError: If a size is negative or the window is not positive.
    """
    if stored_bytes < 0 or read_bytes < 0 or window_days < 1:
        raise ValueError(f"got {stored_bytes} and {read_bytes} bytes over {window_days} days: need sizes >= 0 and a day")
    stored = stored_bytes / GIGABYTE * storage_gb_month * window_days / DAYS_PER_MONTH
    return stored + read_bytes / GIGABYTE * read_gb * window_days
