"""The part of Airflow's REST API that the command line needs."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import httpx
from tenacity import Retrying, retry_if_result, stop_after_attempt, wait_fixed

from assay.errors import AirflowUnreachable, shorten
from assay.steps.cli.home import ServerHome

USER = "admin"
_TIMEOUT_SECONDS = 30.0
_MOST = 500  # rows asked for at once
_REPEATABLE = ("GET", "PATCH")  # do the same when they are sent twice
_PATIENTLY = Retrying(retry=retry_if_result(lambda answer: answer.is_server_error), stop=stop_after_attempt(4),
                      wait=wait_fixed(2), retry_error_callback=lambda state: state.outcome.result() if state.outcome else None)


@dataclass
class AirflowClient:
    """A logged-in client of the Airflow that lives in `home`."""

    home: ServerHome
    _token: str = field(default="", repr=False)

    def health(self) -> dict[str, str]:
        """Status by component, e.g. `{"scheduler": "healthy", …}`.

        Raises:
            AirflowUnreachable: If nothing answers.
        """
        answer = self._send("GET", "/api/v2/monitor/health")
        return {name: part["status"] for name, part in answer.items() if part and part.get("status")}

    def has_dag(self, dag_id: str) -> bool:
        """Whether the dag processor has found the DAG."""
        answer = self._call("GET", "/api/v2/dags", params={"dag_id_pattern": dag_id})
        return any(dag["dag_id"] == dag_id for dag in answer["dags"])

    def unpause(self, dag_id: str) -> None:
        """Let the scheduler work on the DAG."""
        self._call("PATCH", f"/api/v2/dags/{dag_id}", body={"is_paused": False})

    def trigger(self, dag_id: str, partition: str | None, conf: dict[str, Any]) -> str:
        """Start a run; its id."""
        body = {"logical_date": None, "conf": conf} | ({"partition_key": partition} if partition else {})
        return str(self._call("POST", f"/api/v2/dags/{dag_id}/dagRuns", body=body)["dag_run_id"])

    def run(self, dag_id: str, run_id: str) -> dict[str, Any]:
        """One run."""
        return self._call("GET", f"/api/v2/dags/{dag_id}/dagRuns/{run_id}")

    def runs(self, dag_id: str, run_type: str) -> list[dict[str, Any]]:
        """The newest runs of a type."""
        params = {"run_type": run_type, "order_by": "-id", "limit": _MOST}
        found: list[dict[str, Any]] = self._call("GET", f"/api/v2/dags/{dag_id}/dagRuns", params=params)["dag_runs"]
        return found

    def tasks(self, dag_id: str, run_id: str) -> list[dict[str, Any]]:
        """Task instances of a run."""
        answer = self._call("GET", f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances", params={"limit": _MOST})
        found: list[dict[str, Any]] = answer["task_instances"]
        return found

    def reason(self, dag_id: str, run_id: str, task: dict[str, Any]) -> str:
        """What a failed or skipped task instance said last, as far as its log tells."""
        path = f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task['task_id']}/logs/{task['try_number']}"
        events = self._call("GET", path, params={"map_index": task["map_index"], "full_content": True})["content"]
        for event in reversed([e for e in events if isinstance(e, dict)]):
            details = event.get("error_detail")
            if details:
                return f"{details[-1]['exc_type']}: {details[-1]['exc_value']}"
            if event["event"] == "Skipping task." and event.get("reason"):
                return str(event["reason"])
        return f"see the log of {task['task_id']} at {self.home.url}"

    def backfill(self, dag_id: str, since: str, until: str, *, dry_run: bool = False) -> dict[str, Any]:
        """Run every partition from `since` to `until`, both included, again where it has been run; or say which."""
        body = {"dag_id": dag_id, "from_date": f"{since}T00:00:00Z", "to_date": f"{until}T23:59:59Z",
                "reprocess_behavior": "completed", "max_active_runs": 1}
        return self._call("POST", "/api/v2/backfills/dry_run" if dry_run else "/api/v2/backfills", body=body)

    def backfills(self, dag_id: str) -> list[dict[str, Any]]:
        """The newest backfills of a DAG, newest first."""
        found: list[dict[str, Any]] = self._call("GET", "/api/v2/backfills", params={"dag_id": dag_id, "order_by": "-id",
                                                                                     "limit": _MOST})["backfills"]
        return found

    # -- transport ----------------------------------------------------------------------------------------------------

    def _call(self, method: str, path: str, *, params: dict[str, Any] | None = None,
              body: dict[str, Any] | None = None) -> dict[str, Any]:
        if not self._token:
            self._token = self._log_in()
        return self._send(method, path, params=params, body=body, headers={"Authorization": f"Bearer {self._token}"})

    def _log_in(self) -> str:
        file = self.home.password_file
        if not file.exists():
            raise AirflowUnreachable(self.home.url, f"no login in {file}")
        password = json.loads(file.read_text(encoding="utf-8"))[USER]
        return str(self._send("POST", "/auth/token", body={"username": USER, "password": password})["access_token"])

    def _send(self, method: str, path: str, *, params: dict[str, Any] | None = None, body: dict[str, Any] | None = None,
              headers: dict[str, str] | None = None) -> dict[str, Any]:
        ask = partial(httpx.request, method, f"{self.home.url}{path}", params=params, json=body, headers=headers,
                      timeout=_TIMEOUT_SECONDS, trust_env=False)
        try:
            # SQLite lets one write at a time: a server under load may have to give up on one
            answer = _PATIENTLY(ask) if method in _REPEATABLE else ask()
            answer.raise_for_status()
            found: dict[str, Any] = answer.json()
        except httpx.HTTPStatusError as error:
            problem = f"{method} {path} gave {error.response.status_code} ({_detail(error.response)})"
            raise AirflowUnreachable(self.home.url, problem, "check the request, and the server's logs") from error
        except (httpx.HTTPError, json.JSONDecodeError) as error:
            raise AirflowUnreachable(self.home.url, f"no answer ({error})") from error
        return found


def _detail(response: httpx.Response) -> str:
    """What the API says is wrong."""
    try:
        found = response.json()
    except json.JSONDecodeError:
        found = response.text
    return shorten(found["detail"] if isinstance(found, dict) and "detail" in found else found, 200)
