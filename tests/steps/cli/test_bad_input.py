"""Bad input to a command: one sentence on stderr that says what, where and what would do; exit code 1."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from assay.steps.cli.client import AirflowClient
from assay.steps.cli.home import ServerHome
from assay.steps.cli.main import main
from assay.steps.cli.server import down

ROOT = Path(__file__).parents[3]
pytestmark = pytest.mark.usefixtures("small_environment")


def _refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(arguments) == 1
    said = capsys.readouterr()
    assert said.out == ""
    lines = said.err.splitlines()
    assert len(lines) == 1
    return lines[0]


@pytest.fixture
def folders(tmp_path: Path) -> tuple[str, ...]:
    return "--home", str(tmp_path / "home"), "--logs", str(tmp_path / "logs"), "--report", str(tmp_path / "index.html")


@pytest.mark.parametrize(("platform", "partition", "said"), [
    ("nowhere", "", ("unknown platform 'nowhere'", "german_credit")),
    ("small_journey", "2017-13-01", ("'2017-13-01' is no date", "YYYY-MM-DD")),
    ("small_journey", "20171231", ("'20171231' is no date", "YYYY-MM-DD")),
    ("small_journey", "1999-01-01", ("'1999-01-01' lies before the first day",)),
    ("small_journey", "2018-01-01", ("'2018-01-01' lies after the last day", "2017-12-31")),
])
def test_run(platform: str, partition: str, said: tuple[str, ...], folders: tuple[str, ...], tmp_path: Path,
             capsys: pytest.CaptureFixture[str]) -> None:
    sentence = _refused(capsys, "run", "--platform", platform, "--partition", partition, *folders)
    assert all(part in sentence for part in said)
    assert list(tmp_path.iterdir()) == []


def test_run_without_the_landing_folder(folders: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                        capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("ASSAY_LANDING", str(tmp_path / "gone"))
    monkeypatch.setenv("ASSAY_STORAGE", (tmp_path / "storage").as_uri())
    sentence = _refused(capsys, "run", "--platform", "small_journey", *folders)
    assert str(tmp_path / "gone" / "small_journey") in sentence
    assert not (tmp_path / "storage").exists()


def test_run_with_a_misspelt_key(folders: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                 capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(ROOT / "include" / "platforms" / "german_credit", tmp_path / "platforms" / "german_credit")
    manifest = tmp_path / "platforms" / "german_credit" / "platform.yaml"
    manifest.write_text(manifest.read_text(encoding="utf-8").replace("closed:", "closd:"), encoding="utf-8")
    monkeypatch.setenv("ASSAY_PLATFORMS", str(tmp_path / "platforms"))
    sentence = _refused(capsys, "run", "--platform", "german_credit", *folders)
    assert "'closd'" in sentence
    assert "'closed'" in sentence
    assert str(manifest) in sentence


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port that is taken, but where nothing answers."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


def _server(tmp_path: Path, port: int) -> tuple[str, ...]:
    return "--home", str(tmp_path / "server"), "--port", str(port)


def test_trigger_and_backfill_without_airflow(tmp_path: Path, silent_port: int, capsys: pytest.CaptureFixture[str]) -> None:
    server = _server(tmp_path, silent_port)
    for command in (("trigger",), ("backfill", "--from", "2017-12-30", "--to", "2017-12-31")):
        assert "make up" in _refused(capsys, *command, "--platform", "small_journey", *server)


def test_backfill_backwards(tmp_path: Path, silent_port: int, capsys: pytest.CaptureFixture[str]) -> None:
    sentence = _refused(capsys, "backfill", "--platform", "small_journey", "--from", "2017-12-31", "--to", "2017-12-30",
                        *_server(tmp_path, silent_port))
    assert "'2017-12-31' lies after 2017-12-30" in sentence


@pytest.mark.parametrize(("since", "until", "said"), [
    ("1999-01-01", "2017-12-31", "'1999-01-01' lies before the first day of the source"),
    ("2017-12-31", "2999-01-01", "'2999-01-01' is a day that is not over yet in America/New_York; name "),
])
def test_backfill_of_what_no_partition_can_be_run_for(since: str, until: str, said: str, tmp_path: Path, silent_port: int,
                                                      capsys: pytest.CaptureFixture[str]) -> None:
    assert said in _refused(capsys, "backfill", "--platform", "small_journey", "--from", since, "--to", until,
                            *_server(tmp_path, silent_port))


def test_a_second_backfill_is_refused_while_one_is_under_way(tmp_path: Path, silent_port: int, monkeypatch: pytest.MonkeyPatch,
                                                            capsys: pytest.CaptureFixture[str]) -> None:
    known = [{"completed_at": None, "from_date": "2017-12-01T00:00:00Z", "to_date": "2017-12-07T23:59:59Z"},
             {"completed_at": "2018-01-01T00:00:00Z", "from_date": "2017-11-01T00:00:00Z", "to_date": "2017-11-07T23:59:59Z"}]
    monkeypatch.setattr(AirflowClient, "_call", lambda *_, **__: {"backfills": known})
    sentence = _refused(capsys, "backfill", "--platform", "small_journey", "--from", "2017-12-05", "--to", "2017-12-09",
                        *_server(tmp_path, silent_port))
    assert "another backfill of small_journey, 2017-12-01 to 2017-12-07, is under way" in sentence
    assert "cancel it at http://127.0.0.1" in sentence


@pytest.mark.parametrize(("arguments", "said"), [
    (("nowhere",), "unknown platform 'nowhere'"),
    (("small_journey", "--from", "2017-13-01"), "'2017-13-01' is no date"),
    (("small_journey", "--dry-run"), "no night of small_journey"),
])
def test_reconcile(arguments: tuple[str, ...], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                   capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("ASSAY_STORAGE", (tmp_path / "storage").as_uri())
    assert said in _refused(capsys, "reconcile", *arguments, "--logs", str(tmp_path / "logs"))


def test_up_on_a_taken_port(tmp_path: Path, silent_port: int, capsys: pytest.CaptureFixture[str]) -> None:
    sentence = _refused(capsys, "up", "--platform", "small_journey", *_server(tmp_path, silent_port))
    assert f"port {silent_port} is taken" in sentence
    assert "AIRFLOW_PORT" in sentence


def test_a_wrong_option_is_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["run", "--partitoin", "2017-12-31"])
    assert ended.value.code == 2
    assert "--partitoin" in capsys.readouterr().err


@pytest.fixture
def bystander() -> Iterator[psutil.Process]:
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    yield psutil.Process(process.pid)
    process.kill()
    process.wait()


def _remember(home: ServerHome, pid: int, started: float) -> None:
    home.folder.mkdir(parents=True)
    home.pid_file.write_text(f'{{"scheduler": {{"pid": {pid}, "started": {started}}}}}', encoding="utf-8")


@pytest.mark.slow
def test_down_stops_what_up_started(tmp_path: Path, bystander: psutil.Process) -> None:
    home = ServerHome(tmp_path / "server", 1)
    _remember(home, bystander.pid, bystander.create_time())
    assert down(home) == 0
    assert not bystander.is_running()
    assert not home.pid_file.exists()


@pytest.mark.slow
def test_down_spares_another_process_of_the_same_number(tmp_path: Path, bystander: psutil.Process) -> None:
    home = ServerHome(tmp_path / "server", 1)
    _remember(home, bystander.pid, bystander.create_time() - 60)
    assert down(home) == 0
    assert bystander.is_running()
