"""How a task starts runs that an earlier one has listed."""

from __future__ import annotations

from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator


class StartRun(TriggerDagRunOperator):
    """Starts a run with what was listed, as it is, unless it was started before.

    Airflow's own operator reads `conf` as Jinja templates, so that a name or a reason from the data could run code.
    """

    template_fields = ()
