"""Registers what assay adds to Airflow itself."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from airflow.listeners import hookimpl
from airflow.plugins_manager import AirflowPlugin
from airflow.utils.state import DagRunState
from sqlalchemy.orm import object_session

from assay_page.entry import PREFIX as PAGE
from assay_page.entry import Page

if TYPE_CHECKING:
    from airflow.models.dagrun import DagRun

logger = logging.getLogger(__name__)
PREFIX = "inventory_"


class EmptyRuns:
    """Fails a run that ended without a single task: Airflow calls it a success, though no code ran."""

    @hookimpl
    def on_dag_run_success(self, dag_run: DagRun, msg: str) -> None:
        """Turn the state round before the scheduler stores it."""
        session = object_session(dag_run)  # the scheduler's own: with another one Airflow would detach the run
        if dag_run.dag_id.startswith(PREFIX) and not dag_run.get_task_instances(session=session):
            logger.error("%s %s had no task to run (its date lies before the DAG's start_date, or the DAG was empty): "
                         "it counts as failed", dag_run.dag_id, dag_run.run_id)
            dag_run.set_state(DagRunState.FAILED)


class AssayPlugin(AirflowPlugin):
    """The one plugin of the project."""

    name = "assay"
    # Airflow reads lists
    listeners = [EmptyRuns()]  # noqa: RUF012
    fastapi_apps = [{"app": Page(), "url_prefix": PAGE, "name": "Data assets"}]  # noqa: RUF012
    external_views = [  # noqa: RUF012
        {"name": "Data assets", "href": f"{PAGE}/", "destination": "nav", "category": "browse", "url_route": "data-assets"},
        {"name": "Data assets", "href": f"{PAGE}/dag/{{DAG_ID}}", "destination": "dag", "url_route": "data-assets-of-dag"},
        {"name": "Data assets", "href": f"{PAGE}/dag/{{DAG_ID}}?run_id={{RUN_ID}}", "destination": "dag_run",
         "url_route": "data-assets-of-run"},
    ]
