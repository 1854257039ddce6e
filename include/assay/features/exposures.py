"""What was shown in a window, and with which chance: labels like outcomes, which features must not see."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from assay.config.manifest import Replay, UseCase
from assay.engine import connect, quote
from assay.errors import NotEnoughData
from assay.features.catalogue import AssetFacts, Catalogue
from assay.features.known import SnapshotFiles, parquet_scan
from assay.features.labels import in_window
from assay.features.windows import Window

PROPENSITY = "propensity"


def exposure_keys(catalogue: Catalogue, case: UseCase, rule: Replay) -> dict[str, str]:
    """Role -> key column of the exposure log: the one that names the same things, or is called the same.

    Raises:
        NotEnoughData: If the log is not there, has no time, no such chance, or does not name a role's things.
    """
    log = catalogue.assets.get(rule.exposures)
    if log is None:
        raise NotEnoughData(case.name, f"its exposures {rule.exposures} are not among the assets found",
                            f"name one of {', '.join(catalogue.assets)}")
    if log.time_column is None:
        raise NotEnoughData(case.name, f"{log.asset_id} has no time column", f"name it under assets, {log.asset_id}, time")
    if rule.propensity not in log.columns:
        raise NotEnoughData(case.name, f"{log.asset_id} has no column {rule.propensity!r}",
                            f"name one of {', '.join(log.columns)} as propensity")
    keys = {}
    for role, column in case.entity.items():
        domain = catalogue.domains.get((case.outcome.asset, column))
        named = catalogue.columns_of(log.asset_id, domain) if domain else []
        if column not in log.columns and not named:
            raise NotEnoughData(case.name, f"{log.asset_id} does not say the {role}, {column} of {case.outcome.asset}",
                                f"give its column the role key under assets, {log.asset_id}")
        keys[role] = column if column in log.columns else named[0]
    return keys


def with_exposures(labels: pa.Table, log: AssetFacts, keys: dict[str, str], rule: Replay, case: str, window: Window,
                   snapshots: Sequence[SnapshotFiles], timezone: str) -> pa.Table:
    """The outcomes of a window, and what was shown in it.

    What was shown several times had as many chances p, together 1 − Π(1 − p). A log says nothing of the requests that did not
    show it, so this is its chance in the window only if it had no others: randomise each pair once a window, or less often.

    Args:
        labels: What `build_labels` returned.
        log: The asset of the exposures, a row each.
        keys: Role -> its key column.
        rule: The payoff.
        case: Name of the use case.
        window: The window.
        snapshots: Those of the log that `outcome_snapshots` chose; none where there was no log yet.
        timezone: The platform's.

    Returns:
        The columns of `labels` and `propensity` (float64; null where it was not shown); what was shown and had no outcome has a
        row with y and amount 0. Sorted by key.

    Raises:
        NotEnoughData: If a chance is not above 0 and at most 1.
    """
    if not snapshots:
        return labels.append_column(PROPENSITY, pa.nulls(labels.num_rows, pa.float64()))
    roles = ", ".join(quote(role) for role in keys)
    named = ", ".join(f"{quote(column)} AS {quote(role)}" for role, column in keys.items())
    scan = parquet_scan(snapshots)
    with connect() as con:
        con.execute("SET TimeZone = 'UTC'")
        within = in_window(con, scan, str(log.time_column), timezone, window)
        con.execute(f"""CREATE TEMP TABLE shown AS
            SELECT {named}, CAST({quote(rule.propensity)} AS DOUBLE) AS p FROM {scan}
            WHERE {within} AND {' AND '.join(f'{quote(column)} IS NOT NULL' for column in keys.values())}""")
        wrong = con.execute("SELECT count(*), min(p) FROM shown WHERE NOT coalesce(p > 0 AND p <= 1, false)").fetchall()
        if wrong[0][0]:
            raise NotEnoughData(case, f"{wrong[0][0]} rows of {log.asset_id} from {window.cutoff} on have a "
                                f"{rule.propensity} that is no chance, such as {wrong[0][1]}",
                                "log the chance with which each was shown, above 0 and at most 1")
        con.register("labels", labels)
        return con.sql(f"""SELECT {roles}, coalesce(y, 0) AS y, coalesce(amount, 0) AS amount, {PROPENSITY}
            FROM labels FULL JOIN (
                SELECT {roles}, 1 - product(1 - p ORDER BY p) AS {PROPENSITY} FROM shown GROUP BY ALL) USING ({roles})
            ORDER BY {roles}""").to_arrow_table()
