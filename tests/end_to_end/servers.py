"""An Airflow of its own for one platform that is made from the small extract, without use cases, so that nights are short."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from assay.steps.cli.client import AirflowClient
from assay.steps.cli.home import ServerHome

SMALL = Path(__file__).parents[1] / "data" / "platforms" / "small_journey"


def assay(home: ServerHome, command: str, *arguments: str) -> str:
    """What a command prints that succeeds."""
    where = ("--home", str(home.folder), "--port", str(home.port))
    done = subprocess.run([sys.executable, "-m", "assay", command, *where, *arguments], capture_output=True, text=True,
                          env=os.environ | {"PYTHONPATH": "include"}, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@contextmanager
def serving(folder: Path, platform: str, manifest: str = "", advice: str | None = None) -> Iterator[AirflowClient]:
    """Settings and a running Airflow for a platform below `folder`; `manifest` is added to its manifest."""
    shutil.copytree(SMALL, folder / "platforms" / platform)
    path = folder / "platforms" / platform / "platform.yaml"
    text = path.read_text(encoding="utf-8").replace("platform: small_journey", f"platform: {platform}")
    path.write_text(text[:text.index("use_cases:")] + manifest, encoding="utf-8")
    if advice:
        (path.parent / "advice.yaml").write_text(advice, encoding="utf-8")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        home = ServerHome(folder / "home", probe.getsockname()[1])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASSAY_PLATFORMS", str(folder / "platforms"))
        patch.setenv("ASSAY_STORAGE", (folder / "storage").as_uri())
        try:
            assay(home, "up", "--platform", platform)
            yield AirflowClient(home)
        finally:
            pids = [one["pid"] for one in json.loads(home.pid_file.read_text()).values()] if home.pid_file.exists() else []
            assay(home, "down")
            assert not [pid for pid in pids if psutil.pid_exists(pid)]
