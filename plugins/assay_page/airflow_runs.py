"""What Airflow knows of a platform's runs."""

from __future__ import annotations

from airflow.models.dagrun import DagRun
from sqlalchemy import select
from sqlalchemy.orm import Session

from assay.contracts.labels import parse_label

MOST_RUNS = 2000


def newest_states(session: Session, dag_id: str) -> dict[str, str]:
    """State of the newest run of each partition, as far as a run says which it is of."""
    found: dict[str, str] = {}
    query = (select(DagRun.partition_key, DagRun.conf, DagRun.state).where(DagRun.dag_id == dag_id)
             .order_by(DagRun.id.desc()).limit(MOST_RUNS))
    for key, conf, state in session.execute(query):
        partition = _partition(key, conf)
        if partition and state:
            found.setdefault(partition, str(state))
    return found


def partition_of_run(session: Session, dag_id: str, run_id: str) -> str | None:
    """Partition that a run was asked for; None where it doesn't say, and takes the newest of the source."""
    row = session.execute(select(DagRun.partition_key, DagRun.conf)
                          .where(DagRun.dag_id == dag_id, DagRun.run_id == run_id)).first()
    return _partition(*row) if row else None


def _partition(key: str | None, conf: object) -> str | None:
    asked = key or (conf.get("partition") if isinstance(conf, dict) else None)
    return asked if isinstance(asked, str) and parse_label(asked) else None
