"""How fast is the page of a platform with 5,000 assets, and what does it add to Airflow's memory?

    make bench NAME=page

Made-up artifacts of 5,000 assets with 8 columns each, over eight nights, served by a real API server on this machine; the times
are those of a client beside it, login and permission included. The reference of times is Airflow's own list of DAGs in the same
run, that of memory the server before its first page. First paint is measured where playwright and chromium are installed (the
environment of make test-services has playwright).
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from statistics import median, quantiles

import httpx
import psutil
import pyarrow as pa
import yaml

from assay.contracts import schemas
from assay.contracts.contract import Contract
from assay.steps.cli.home import ServerHome
from assay.storage import ArtifactStore, Recipe

ROOT = Path(__file__).resolve().parents[1]
RESULT = ROOT / "data" / "benchmarks" / "page.json"
PLATFORM, CASE = "many_assets", "recommend"
ASSETS, COLUMNS, NIGHTS = 5000, 8, 8
REPEATS, RATE, SECONDS = 40, 200, 30
API, PAGE = f"/assay/api/v1/platforms/{PLATFORM}", f"/assay/p/{PLATFORM}"
USER = "admin"
PAINT_ROUNDS = 5
PAINTED = """new Promise(done => new PerformanceObserver(list => list.getEntriesByName("first-contentful-paint").forEach(
    entry => done(entry.startTime))).observe({type: "paint", buffered: true}))"""


def names() -> list[str]:
    """Names of the assets."""
    return [f"warehouse.table_{number:04d}" for number in range(ASSETS)]


def publish(store: ArtifactStore, contract: Contract, rows: list[dict], partition: str, name: str = "") -> None:
    """Rows as an artifact."""
    table = contract.conform(pa.Table.from_pylist(rows, schema=contract.schema))
    store.publish(contract, table, platform=PLATFORM, partition=partition, name=name, recipe=Recipe((), "", ""))


def night(store: ArtifactStore, partition: str, *, newest: bool) -> None:
    """What a page reads of one night: of earlier ones no more than values."""
    worth = [1000.0 / (number + 1) for number in range(ASSETS)]
    publish(store, schemas.VALUES, [
        {"use_case": CASE, "asset_id": name, "value": value, "ci_low": 0.8 * value, "ci_high": 1.2 * value, "unit": "USD/week",
         "share": 0.1, "status": "valued", "removal_loss": value, "draws": [value] * 100}
        for name, value in zip(names(), worth)], partition, CASE)
    publish(store, schemas.INVENTORY, [
        {"rank": place + 1, "asset_id": name, "value": value, "ci_low": 0.8 * value, "ci_high": 1.2 * value, "unit": "USD/week",
         "forecast": value, "present_value": 4 * value, "cost": 0.01, "net_value": value - 0.01, "quality_score": 0.95,
         "usage": CASE, "pii_level": "none", "status": "ok", "value_status": "valued", "action": "keep",
         "reason": f"It brings {value:,.2f} USD/week.", "at_stake": value, "rule": "sound", "grounds": "otherwise"}
        for place, (name, value) in enumerate(zip(names(), worth))], partition)
    if not newest:
        return
    publish(store, schemas.ASSETS, [
        {"asset_id": name, "kind": "event", "domain": "transactions", "location": f"/landing/{name}", "format": "parquet",
         "row_count": 1_000_000, "bytes": 10_000_000, "n_columns": COLUMNS, "description": f"Events of {name}, dated by day.",
         "potential_uses": ["retrieval"], "use_reasons": ["it says what happened"], "pii_level": "none", "status": "ok",
         "last_partition": partition, "last_good_partition": partition} for name in names()], partition)
    publish(store, schemas.COLUMNS, [
        {"asset_id": name, "column": f"证券代码_{number}", "dtype": "VARCHAR", "semantic_type": "security_code",
         "semantic_confidence": 0.9, "pii_confidence": 0.0, "role": "key", "distinct_count": 10, "description": "A code."}
        for name in names() for number in range(COLUMNS)], partition)
    publish(store, schemas.FORECASTS, [
        {"use_case": CASE, "asset_id": name, "horizon": days, "p10": 0.8 * value, "p50": value, "p90": 1.2 * value,
         "target_partition": (date.fromisoformat(partition) + timedelta(days=days)).isoformat(), "model": "naive", "windows": 8,
         "reason": "There is little history."}
        for name, value in zip(names(), worth) for days in (7, 14)], partition)
    publish(store, schemas.RELATIONS, [
        {"kind": "foreign_key", "from_asset": name, "from_columns": ["a"], "to_asset": names()[0], "to_columns": ["a"],
         "coverage": 1.0, "confidence": 1.0} for name in names()[1:]], partition)


def manifest() -> dict:
    """A platform with one use case."""
    return {"platform": PLATFORM, "currency": "USD", "sources": [{"name": "warehouse", "type": "files", "path": "/nowhere"}],
            "use_cases": [{"name": CASE, "entity": {"user": "user_id", "item": "item_id"},
                           "outcome": {"asset": names()[0], "time": "ts", "amount": "paid", "window_days": 7},
                           "payoff": {"type": "captured_sales", "top_k": 10, "margin": 0.25, "incrementality": 0.1}}]}


def start(folder: Path) -> tuple[ServerHome, subprocess.Popen]:
    """The API server, answering."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        home = ServerHome(folder / "server", probe.getsockname()[1])
    settings = os.environ | home.settings() | {"ASSAY_STORAGE": (folder / "storage").as_uri(),
                                               "ASSAY_PLATFORMS": str(folder / "platforms")}
    home.password_file.write_text(json.dumps({USER: USER}))
    for command in (["db", "migrate"], ["dags", "reserialize"]):
        subprocess.run([sys.executable, "-m", "airflow", *command], env=settings, cwd=ROOT, check=True, capture_output=True)
    with (folder / "server.log").open("wb") as sink:
        process = subprocess.Popen([sys.executable, "-m", "airflow", "api-server"], env=settings, cwd=ROOT, stdout=sink,
                                   stderr=subprocess.STDOUT)
    for _ in range(300):
        try:
            if httpx.get(f"{home.url}/api/v2/monitor/health").status_code == 200:
                break
        except httpx.HTTPError:
            time.sleep(0.3)
    return home, process


def resident(process: subprocess.Popen) -> float:
    """Resident memory of the server and its workers, MB."""
    own = psutil.Process(process.pid)
    return sum(one.memory_info().rss for one in [own, *own.children(recursive=True)]) / 1e6


def milliseconds(client: httpx.Client, paths: list[str]) -> float:
    """Median time of requests that take turns over `paths`, after one of each."""
    taken = []
    for number in range(REPEATS + len(paths)):
        began = time.perf_counter()
        client.get(paths[number % len(paths)]).raise_for_status()
        taken.append(1000 * (time.perf_counter() - began))
    return median(taken[len(paths):])


async def load(url: str, headers: dict, paths: list[str]) -> tuple[int, list[float]]:
    """Send requests at a fixed rate whether or not earlier ones were answered; how many failed, and milliseconds of each."""
    failed, taken = 0, []

    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=30,
                                 limits=httpx.Limits(max_connections=100, max_keepalive_connections=100)) as client:
        async def ask(path: str) -> None:
            nonlocal failed
            began = time.perf_counter()
            try:
                failed += (await client.get(path)).status_code != 200
            except httpx.HTTPError:
                failed += 1
            taken.append(1000 * (time.perf_counter() - began))

        began, tasks = time.perf_counter(), []
        for number in range(RATE * SECONDS):
            await asyncio.sleep(max(0.0, began + number / RATE - time.perf_counter()))
            tasks.append(asyncio.create_task(ask(paths[number % len(paths)])))
        await asyncio.gather(*tasks)
    return failed, taken


def first_paint(url: str) -> float | None:
    """Median milliseconds to the first content of the inventory; None without a browser."""
    chromium = shutil.which("chromium")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return None
    if chromium is None:
        return None
    with sync_playwright() as tool:
        browser = tool.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(base_url=url)
        page.goto("/auth/login")
        for field in ("username", "password"):
            page.fill(f"input[name={field}]", USER)
        page.click("button[type=submit]")
        page.wait_for_url(lambda where: "login" not in where)
        times = []
        for _ in range(PAINT_ROUNDS):
            page.goto(f"{PAGE}/inventory")
            times.append(page.evaluate(PAINTED))
        browser.close()
    return median(times)


def row(measure: str, value: float, unit: str, target: float | None, reference: float | None = None) -> dict:
    """A line of the result, printed."""
    print(f"{measure:<58}{value:>10,.1f} {unit:<6} {'' if target is None else f'target {target:>7,.0f}':<14}"
          + ("" if reference is None else f"   Airflow's own {reference:,.1f}"))
    return {"measure": measure, "value": value, "unit": unit, "reference": reference,
            "ratio": None if reference is None else value / reference, "target": target}


def measure(folder: Path) -> list[dict]:
    """Publish, serve, ask."""
    (folder / "platforms" / PLATFORM).mkdir(parents=True)
    (folder / "platforms" / PLATFORM / "platform.yaml").write_text(yaml.safe_dump(manifest(), sort_keys=False))
    store = ArtifactStore((folder / "storage").as_uri())
    for number in range(NIGHTS):
        night(store, (date(2025, 1, 5) + timedelta(days=7 * number)).isoformat(), newest=number == NIGHTS - 1)
    home, process = start(folder)
    try:
        token = httpx.post(f"{home.url}/auth/token", json={"username": USER, "password": USER}).json()["access_token"]
        headers = {"authorization": f"Bearer {token}"}
        with httpx.Client(base_url=home.url, headers=headers, timeout=60) as client:
            own = milliseconds(client, ["/api/v2/dags"])
            before = resident(process)
            began = time.perf_counter()
            client.get(f"{API}/inventory").raise_for_status()
            rows = [row("first request of all, 5,000 assets read", 1000 * (time.perf_counter() - began), "ms", None)]
            listed = [f"{API}/inventory?limit=100&offset={100 * n}" for n in range(4)]
            found = [f"{API}/inventory?q=table_1{n}&sort=value&descending=true" for n in range(4)]
            assets = [f"{PAGE}/asset?asset_id={name}" for name in names()[::1250]]
            rows += [row("inventory, API, 100 rows", milliseconds(client, listed), "ms", 300, own),
                     row("inventory, API, searched and sorted", milliseconds(client, found), "ms", 300, own),
                     row("inventory, page, 100 rows", milliseconds(client, [f"{PAGE}/inventory"]), "ms", 1500, own),
                     row("asset, page", milliseconds(client, assets), "ms", 500, own)]
            client.get(f"{PAGE}/money").raise_for_status()
        failed, taken = asyncio.run(load(home.url, headers, [path.replace("limit=100", "limit=20") for path in listed]))
        rows += [row(f"{RATE} requests a second for {SECONDS} s: failed", failed, "", 0),
                 row("… median", median(taken), "ms", None), row("… 95 %", quantiles(taken, n=20)[-1], "ms", None)]
        paint = first_paint(home.url)
        rows += [] if paint is None else [row("first paint of 100 rows", paint, "ms", 1500)]
        after = resident(process)
        return [*rows, row("memory above Airflow's, MB", after - before, "MB", 150, before)]
    finally:
        process.terminate()
        process.wait(timeout=30)


def main() -> None:
    """Measure in a folder of its own, and write the rows."""
    with tempfile.TemporaryDirectory() as folder:
        rows = measure(Path(folder))
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(json.dumps(rows, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
