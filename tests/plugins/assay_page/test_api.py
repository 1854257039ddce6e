"""The JSON API and the pages, asked over HTTP of a real API server."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
from base64 import urlsafe_b64encode
from urllib.parse import urljoin

import pyarrow.parquet as pq
import pytest
from tests.inventory import builders as b
from tests.plugins.assay_page.servers import ELSEWHERE, ROOT, SCRIPT
from tests.views.nights import EARLIER

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
API = f"/assay/api/v1/platforms/{b.PLATFORM}"
PAGE = f"/assay/p/{b.PLATFORM}"
ROUTES = """
import sys
sys.path.insert(0, "plugins")
from assay_page.app import create_app
print("\\n".join(route.path for route in create_app().routes))
"""


@pytest.fixture(scope="session")
def admin(server):
    with server.client() as client:
        yield client


def test_no_route_answers_without_a_login(server):
    done = subprocess.run([sys.executable, "-c", ROUTES], env=server.environment, cwd=ROOT, capture_output=True, text=True,
                          check=True)
    paths = [line for line in done.stdout.splitlines() if line.startswith("/")]
    assert len(paths) > 12
    with server.client(None) as client:
        for path in paths:
            for known in (path.replace("{platform}", b.PLATFORM).replace("{form}", "csv").replace("{name}", "page.css")
                          .replace("{dag_id}", f"inventory_{b.PLATFORM}"), path.replace("{platform}", "nobody")):
                answer = client.get(f"/assay{known}", params={"asset_id": "landing.transactions"})
                assert answer.status_code == 401, path
                assert "landing" not in answer.text
        answer = client.get(f"{PAGE}/inventory", headers={"authorization": "Bearer forged.token.here"})
        assert answer.status_code in (401, 403)


def test_a_viewer_may_look_but_not_trigger(server):
    with server.client("viewer") as client:
        assert client.get(f"{API}/inventory").status_code == 200
        page = client.get(f"{PAGE}/runs").text
        assert "You may look at runs, but not start them" in page and "data-trigger" not in page
        answer = client.post(f"/api/v2/dags/inventory_{b.PLATFORM}/dagRuns", json={"logical_date": None, "conf": {}})
        assert answer.status_code == 403


def test_the_inventory_is_paged_searched_and_sorted(admin):
    found = admin.get(f"{API}/inventory", params={"limit": 2, "offset": 1, "sort": "value", "descending": True}).json()
    assert (found["total"], found["offset"], found["limit"], found["partition"]) == (7, 1, 2, b.PARTITION)
    assert [row["asset_id"] for row in found["rows"]] == ["landing.products", "landing.promotions"]
    assert found["value"] == pytest.approx(sum(worth[0] for worth in b.WORTH.values()))
    found = admin.get(f"{API}/inventory", params={"q": "代码"}).json()
    assert [row["asset_id"] for row in found["rows"]] == ["landing.promotions"]
    found = admin.get(f"{API}/inventory", params={"partition": EARLIER}).json()
    assert found["partition"] == EARLIER


def test_everything_else_is_told_too(admin):
    (old, new) = admin.get("/assay/api/v1/platforms").json()["platforms"]
    assert (old["platform"], old["newest"], new["partitions"], new["newest"]) == (b.PLATFORM, b.PARTITION, 0, None)
    asset = admin.get(f"{API}/asset", params={"asset_id": "landing.transactions"}).json()
    assert asset["asset"]["value"] == 8421.5 and [row["partition"] for row in asset["history"]] == [EARLIER, b.PARTITION]
    days = admin.get(f"{API}/partitions").json()["days"]
    assert [day["status"] for day in days] == ["degraded", *["missing"] * 6, "degraded"]
    assert admin.get(f"{API}/money").json()["use_cases"][0]["use_case"] == b.CASE
    assert admin.get(f"{API}/models").json()["use_cases"][0]["metrics"]


@pytest.mark.parametrize("path, status, words", [
    ("/assay/api/v1/platforms/nobody/inventory", 404, "unknown platform 'nobody'"),
    (f"{API}/inventory?partition=1999-01-01", 404, "no inventory of corner_shop on 1999-01-01"),
    (f"{API}/inventory?partition=x", 422, "partition"),
    (f"{API}/inventory?sort=beauty", 422, "got 'beauty'"),
    (f"{API}/inventory?limit=100000", 422, "limit"),
    (f"{API}/asset?asset_id=landing.transaction", 404, "did you mean 'landing.transactions'?"),
    ("/assay/api/v1/platforms/new_shop/inventory", 404, "no inventory of new_shop"),
])
def test_bad_requests_get_one_sentence(admin, path, status, words):
    answer = admin.get(path)
    assert answer.status_code == status
    assert words in answer.json()["detail"] and len(answer.json()["detail"]) < 1000


def test_the_description_names_every_column(admin):
    described = admin.get("/assay/api/v1/openapi.json").json()
    assert "/api/v1/platforms/{platform}/inventory" in described["paths"]
    columns = described["components"]["schemas"]["Asset"]["properties"]
    found = admin.get(f"{API}/inventory").json()["rows"][0]
    assert set(columns) == set(found)
    assert all(told.get("description") for told in columns.values())
    details = admin.get(f"{API}/asset", params={"asset_id": "landing.transactions"}).json()
    assert set(described["components"]["schemas"]["AssetDetails"]["properties"]) == set(details)


def test_downloads_hold_the_rows_that_are_shown(admin):
    where = {"sort": "value", "descending": "true", "q": "landing"}
    rows = list(csv.DictReader(io.StringIO(admin.get(f"{PAGE}/download.csv", params=where).content.decode("utf-8-sig"))))
    loaded = json.loads(admin.get(f"{PAGE}/download.json", params=where).content)
    answer = admin.get(f"{PAGE}/download.parquet", params=where)
    table = pq.read_table(io.BytesIO(answer.content))
    assert answer.headers["content-disposition"] == f'attachment; filename="corner_shop-{b.PARTITION}.parquet"'
    names = [row["asset_id"] for row in loaded]
    assert names[0] == "landing.transactions" and len(names) == 7
    assert names == [row["asset_id"] for row in rows] == table.column("asset_id").to_pylist()
    assert table.column_names == list(loaded[0]) == list(rows[0])
    assert table.schema.field("value").metadata[b"unit"]
    assert admin.get(f"{PAGE}/download.exe").status_code == 404


def test_names_that_mean_harm_are_text(admin):
    page = admin.get(f"{PAGE}/inventory").text
    assert "<img" not in page and "&lt;img src=x onerror=alert(1)&gt;" in page
    for name in (SCRIPT, ELSEWHERE):
        answer = admin.get(f"{PAGE}/asset", params={"asset_id": name})
        assert answer.status_code == 200 and "<img" not in answer.text and "root:" not in answer.text
        key = urlsafe_b64encode(name.encode()).decode().rstrip("=")
        assert admin.get(f"{PAGE}/docs/{key}/{b.PARTITION}/index.html").status_code == 404
    rows = admin.get(f"{PAGE}/download.csv").text
    assert "'=" not in rows and ELSEWHERE in rows
    for path in ("/assay/static/../access.py", "/assay/static/..%2Faccess.py", "/assay/static/%2Fetc%2Fpasswd"):
        answer = admin.get(path)
        assert answer.status_code in (404, 200) and "def " not in answer.text and "root:" not in answer.text


def test_data_docs_keep_their_links_and_run_no_script(admin):
    page = admin.get(f"{PAGE}/asset", params={"asset_id": "landing.products"}).text
    (address,) = re.findall(r'href="([^"]+/docs/[^"]+)"', page)
    front = admin.get(address)
    assert front.status_code == 200 and front.headers["content-type"].startswith("text/html")
    (link,) = re.findall(r'href="([^"]+)"', front.text)
    results = admin.get(urljoin(address, link))
    assert results.text.endswith("met")
    policy = results.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "script" not in policy and "http" not in policy
    for file in ("..%2F..%2Finventory%2F_manifest.json", "_manifest.json", "other.html"):
        assert admin.get(urljoin(address, "x").removesuffix("x") + file).status_code in (404, 422)
    assert admin.get(f"{PAGE}/docs/%25%25/{b.PARTITION}/index.html").status_code == 404


def test_headers_keep_everything_on_this_machine(admin):
    for path in (f"{PAGE}/inventory", f"{API}/inventory", "/assay/static/page.js", f"{PAGE}/asset?asset_id=none"):
        headers = admin.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy and "script-src 'self';" in policy and "frame-ancestors 'self'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "SAMEORIGIN"
    assert "http" not in policy


def test_pages_say_what_is_not_there(admin):
    for tab in ("inventory", "money", "models"):
        page = admin.get(f"/assay/p/new_shop/{tab}").text
        assert "No partition has been run yet" in page and "Start a run" in page
    answer = admin.get("/assay/dag/some_other_dag")
    assert answer.status_code == 404 and "makes no inventory" in answer.text
    for dag in ("inventory", "decisions"):
        answer = admin.get(f"/assay/dag/{dag}_{b.PLATFORM}")
        assert answer.status_code == 307 and answer.headers["location"] == f"{PAGE}/inventory"


def test_the_language_is_the_browsers_until_another_is_chosen(admin):
    page = admin.get(f"{PAGE}/inventory", headers={"accept-language": "zh-CN,zh;q=0.9"}).text
    assert '<html lang="zh"' in page and "数据资产" in page and "2017年12月23日" in page
    assert '<html lang="en"' in admin.get(f"{PAGE}/inventory", headers={"accept-language": "fr"}).text
    answer = admin.get(f"{PAGE}/inventory", params={"lang": "zh"})
    assert "assay_language=zh" in answer.headers["set-cookie"] and "HttpOnly" in answer.headers["set-cookie"]
    admin.cookies.clear()
