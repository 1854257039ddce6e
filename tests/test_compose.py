"""docker-compose.yaml against the compose specification, and every variable, path and command that it names.

No Docker engine is needed, and none is used: whether the containers start is not tested here.
"""

from __future__ import annotations

import importlib.resources
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docker-compose.yaml").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, Any] = COMPOSE["services"]
ENVIRONMENT = dict(line.split("=", 1) for line in (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
                   if line and not line.startswith("#"))
VARIABLE = re.compile(r"(?<!\$)\$\{(\w+)(:-[^}]*|:\?[^}]*)?\}")
AIRFLOW = sorted(name for name, service in SERVICES.items() if service["image"] == "assay:local")


def _errors(document: Any) -> list[str]:
    source = importlib.resources.files("check_jsonschema") / "builtin_schemas" / "vendor" / "compose-spec.json"
    schema = json.loads(source.read_text(encoding="utf-8"))
    return [error.message for error in jsonschema.validators.validator_for(schema)(schema).iter_errors(document)]


def test_it_meets_the_compose_specification() -> None:
    assert _errors(COMPOSE) == []
    assert _errors(COMPOSE | {"services": {"x": {"imagee": "y"}}}) != []  # the schema does refuse


def test_every_part_is_there() -> None:
    assert set(SERVICES) == {"postgres", "redis", "init", "api-server", "scheduler", "dag-processor", "triggerer", "worker"}
    assert [name for name, service in SERVICES.items() if "healthcheck" not in service] == ["init"]


def test_every_variable_is_in_the_example_and_no_secret_has_a_default() -> None:
    found = {name: rest for name, rest in VARIABLE.findall(TEXT)}
    assert set(found) == set(ENVIRONMENT)
    for name, rest in found.items():
        secret = name.endswith(("_PASSWORD", "_KEY", "_SECRET"))
        assert rest.startswith(":?") or not secret
        assert ENVIRONMENT[name] == "" or not secret


def test_no_port_is_open_to_other_machines() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert ports == ["127.0.0.1:${AIRFLOW_PORT:-8080}:8080"]


def test_every_volume_and_path_exists() -> None:
    for service in SERVICES.values():
        for mount in service.get("volumes", []):
            source = VARIABLE.sub(lambda found: ENVIRONMENT[found.group(1)], mount).split(":")[0]
            if not source.startswith("."):
                assert source in COMPOSE["volumes"]
            elif source != ENVIRONMENT["LANDING_FOLDER"]:  # laid out by make landing
                assert (ROOT / source).is_dir()


def test_the_image_copies_what_is_there_and_the_context_lets_it_through() -> None:
    docker = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    let_through = (ROOT / ".dockerignore").read_text(encoding="utf-8")
    copied = [word for line in re.findall(r"^COPY (.+)$", docker, re.M) for word in line.split()[:-1]]
    assert set(copied) == {"requirements.txt", "requirements-docker.txt", "dags", "plugins", "include"}
    for name in copied:
        assert (ROOT / name).exists()
        assert f"!{name}" in let_through
    for folder in re.findall(r"^ENV(?:.|\\\n)*", docker, re.M)[0].split("=/opt/assay/")[1:]:
        assert (ROOT / folder.split()[0]).is_dir()


def test_dependencies_are_services_and_waited_for_as_they_can_be() -> None:
    for service in SERVICES.values():
        for name, how in service.get("depends_on", {}).items():
            healthy = how["condition"] == "service_healthy"
            assert ("healthcheck" in SERVICES[name]) is healthy


def test_containers_have_every_package_pinned_once() -> None:
    names = []
    for file in ("requirements.txt", "requirements-docker.txt"):
        lines = [line for line in (ROOT / file).read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
        assert all("==" in line for line in lines)
        names += [line.split(";")[0].split("==")[0].lower() for line in lines]
    assert sorted(names) == sorted(set(names))
    assert {"celery", "apache-airflow-providers-celery", "apache-airflow-providers-postgres",
            "apache-airflow-providers-redis", "psycopg2-binary", "asyncpg"} <= set(names)


def _airflow_commands() -> list[list[str]]:
    commands = [list(SERVICES[name]["command"]) for name in AIRFLOW]
    checks = [SERVICES[name].get("healthcheck", {}).get("test", []) for name in AIRFLOW]
    return [command for command in commands if command[0] != "celery"] + [c[2:] for c in checks if c[:2] == ["CMD", "airflow"]]


@pytest.mark.parametrize("command", _airflow_commands(), ids=" ".join)
def test_airflow_knows_every_command(command: list[str], tmp_path: Path) -> None:
    code = "import sys; from airflow.cli.cli_parser import get_parser; get_parser().parse_args(sys.argv[1:])"
    done = subprocess.run([sys.executable, "-c", code, *command], env=os.environ | {"AIRFLOW_HOME": str(tmp_path)},
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_api_server_is_asked_by_python_that_runs() -> None:
    check = SERVICES["api-server"]["healthcheck"]["test"]
    assert check[:3] == ["CMD", "python", "-c"]
    compile(check[3], "healthcheck", "exec")


def test_settings_that_must_agree_do() -> None:
    for name in AIRFLOW:
        environment = SERVICES[name]["environment"]
        assert environment["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"] == "http://api-server:8080/execution/"
        assert environment["AIRFLOW__CORE__ALLOWED_DESERIALIZATION_CLASSES"] == "airflow.* assay.*"
        targets = {mount.rsplit("}", 1)[-1].removesuffix(":ro").rpartition(":")[2] for mount in SERVICES[name]["volumes"]}
        assert environment["ASSAY_LANDING"] in targets
        assert environment["ASSAY_STORAGE"].removeprefix("file://") in targets
