"""Take the pictures of the page that the README shows, `docs/images/page.png` and `page.zh.png`, from a running Airflow.

Run it after `make run` and `make up`, as `PYTHONPATH=include .venv-services/bin/python docs/images/draw_page.py`.
Needs Chromium (`apt-get install chromium`) and what `make test-services` installs.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
from pathlib import Path

from assay.config.settings import REPOSITORY
from assay.steps.cli.home import ServerHome

FOLDER = Path(__file__).parent
SIZE = {"width": 1280, "height": 800}
PICTURES = {"page.png": "en-US", "page.zh.png": "zh-CN"}


def take(home: ServerHome, platform: str, chromium: str) -> None:
    """Log in and take a picture of the newest inventory in each language."""
    from playwright.sync_api import sync_playwright

    password = json.loads(home.password_file.read_text(encoding="utf-8"))["admin"]
    with sync_playwright() as tool:
        # without a sandbox of its own, since it may be run as root
        browser = tool.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for name, locale in PICTURES.items():
            page = browser.new_context(base_url=home.url, locale=locale, viewport=SIZE).new_page()
            page.goto("/auth/login")
            page.fill("input[name=username]", "admin")
            page.fill("input[name=password]", password)
            page.click("button[type=submit]")
            page.wait_for_url(lambda url: "login" not in url)
            page.goto(f"/assay/p/{platform}/inventory")
            page.wait_for_load_state("networkidle")
            page.screenshot(path=FOLDER / name)
        browser.close()


def main() -> int:
    """Parse the command line and take them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--platform", default="complete_journey")
    parser.add_argument("--home", type=Path, default=REPOSITORY / "airflow_home" / "server", help="Airflow's folder")
    parser.add_argument("--port", type=int, default=int(os.environ.get("AIRFLOW_PORT") or 8080))
    given = parser.parse_args()
    home, chromium = ServerHome(given.home, given.port), shutil.which("chromium")
    if chromium is None:
        sys.exit("no chromium on the PATH: apt-get install chromium")
    if not home.password_file.exists():
        sys.exit(f"no Airflow has been started in {given.home}: make up")
    take(home, given.platform, chromium)
    return 0


if __name__ == "__main__":
    sys.exit(main())
