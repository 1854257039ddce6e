"""The page as people see it: in Debian's Chromium, inside Airflow's own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.inventory import builders as b
from tests.plugins.assay_page.servers import ELSEWHERE, SCRIPT, Server

CHROMIUM = shutil.which("chromium")
pytestmark = [pytest.mark.slow, pytest.mark.service, pytest.mark.timeout(300),
              pytest.mark.skipif(CHROMIUM is None, reason="no chromium: apt-get install chromium")]
playwright = pytest.importorskip("playwright.sync_api", reason="no playwright: make test-services installs it")
axe = pytest.importorskip("axe_playwright_python", reason="no axe-core: make test-services installs it")

PAGE = f"/assay/p/{b.PLATFORM}"
PAGES = ("inventory", "asset?asset_id=landing.transactions", "money", "models", "runs")
NARROW = {"color_scheme": "dark", "locale": "zh-CN", "viewport": {"width": 400, "height": 800}}
FIRST_PAINT = """new Promise(done => new PerformanceObserver(list => list.getEntriesByName("first-contentful-paint").forEach(
    entry => done(entry.startTime))).observe({type: "paint", buffered: true}))"""
LEFT = "net::ERR_ABORTED"  # what was still being loaded when the page was left
AIRFLOWS = "allow-same-origin"  # a warning about the frame in which Airflow shows the pages of plugins


@pytest.fixture(scope="session")
def browser() -> Iterator[playwright.Browser]:
    with playwright.sync_playwright() as tool:
        # without a sandbox of its own, since tests may run as root
        opened = tool.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@contextmanager
def visitor(browser, server: Server, user: str = "admin", **settings):
    """A page that is logged in through Airflow's own form, and what goes wrong in it."""
    context = browser.new_context(**({"base_url": server.home.url, "viewport": {"width": 1280, "height": 900},
                                      "locale": "en-US"} | settings))
    page, problems = context.new_page(), []
    page.goto("/auth/login")
    page.fill("input[name=username]", user)
    page.fill("input[name=password]", user)
    page.click("button[type=submit]")
    page.wait_for_url(lambda url: "login" not in url)

    def note(what: str, *, unless: bool) -> None:
        if not unless:
            problems.append(what)

    page.on("console", lambda message: note(message.text, unless=message.type not in ("error", "warning")
                                            or AIRFLOWS in message.text))
    page.on("pageerror", lambda error: note(str(error), unless=False))
    page.on("requestfailed", lambda request: note(f"{request.url}: {request.failure}", unless=request.failure == LEFT))
    page.on("request", lambda request: note(f"elsewhere: {request.url}",
                                            unless=request.url.startswith((server.home.url, "data:", "blob:"))))
    yield page, problems
    context.close()


def serious(page) -> list[str]:
    script = (Path(axe.__file__).parent / "axe.min.js").read_text()
    found = page.evaluate(f"{script}; axe.run(document, {{resultTypes: ['violations']}})")["violations"]
    return [f"{page.url} {one['id']}: {one['nodes'][0]['html'][:120]}" for one in found
            if one["impact"] in ("serious", "critical")]


@pytest.mark.parametrize("settings", [{}, NARROW], ids=["wide, light, English", "narrow, dark, Chinese"])
def test_every_page_is_sound(browser, server, settings):
    with visitor(browser, server, **settings) as (page, problems):
        for path in PAGES:
            page.goto(f"{PAGE}/{path}")
            playwright.expect(page.locator(".plot:not(:has(svg))")).to_have_count(0)
            assert serious(page) == []
            assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
            assert page.get_attribute("html", "lang") == ("zh" if settings else "en")
            assert page.get_attribute("html", "data-theme") == ("dark" if settings else "light")
        assert problems == []


def test_the_page_stands_in_airflows_navigation_on_dags_and_on_runs(browser, server):
    with visitor(browser, server) as (page, problems):
        page.goto("/plugin/data-assets")
        inside = page.frame_locator("iframe")
        playwright.expect(inside.get_by_role("link", name="landing.transactions")).to_be_visible()
        inside.get_by_role("link", name="Money").click()
        playwright.expect(inside.get_by_role("heading", name="Money")).to_be_visible()
        page.goto(f"/dags/inventory_{b.PLATFORM}/plugin/data-assets-of-dag")
        playwright.expect(inside.get_by_role("link", name="landing.transactions")).to_be_visible()
        assert problems == []


def test_searching_filtering_sorting_and_the_keyboard(browser, server):
    with visitor(browser, server) as (page, problems):
        page.goto(f"{PAGE}/inventory")
        assert page.evaluate(FIRST_PAINT) < 1500
        page.keyboard.press("/")
        page.keyboard.type("代码")
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: "q=" in url)
        assert page.locator("tbody tr").count() == 1
        playwright.expect(page.get_by_role("link", name="landing.promotions")).to_be_visible()
        page.goto(f"{PAGE}/inventory")
        page.select_option("select[name=action]", "merge")
        page.wait_for_url(lambda url: "action=merge" in url)
        assert 0 < page.locator("tbody tr").count() < 7
        page.goto(f"{PAGE}/inventory")
        page.get_by_role("link", name="Value, US dollars per week").click()
        page.wait_for_url(lambda url: "sort=value" in url)
        assert page.locator("th[aria-sort=descending]").count() == 1
        page.goto(f"{PAGE}/inventory?q=nothing+at+all")
        playwright.expect(page.get_by_text("No asset matches")).to_be_visible()
        with page.expect_download() as waited:
            page.goto(f"{PAGE}/inventory")
            page.get_by_role("link", name="CSV").click()
        assert waited.value.suggested_filename == f"corner_shop-{b.PARTITION}.csv"
        assert problems == []


def test_the_language_is_switched_and_stays(browser, server):
    with visitor(browser, server) as (page, problems):
        page.goto(f"{PAGE}/asset?asset_id=landing.transactions")
        page.get_by_role("link", name="中文").click()
        playwright.expect(page.get_by_role("heading", name="价值变化")).to_be_visible()
        page.goto(f"{PAGE}/inventory")
        assert page.get_attribute("html", "lang") == "zh"
        playwright.expect(page.get_by_role("link", name="English")).to_be_visible()
        assert problems == []


def test_names_that_mean_harm_are_shown_as_text(browser, server):
    with visitor(browser, server) as (page, problems):
        page.on("dialog", lambda dialog: problems.append(f"dialog: {dialog.message}"))
        for name in (SCRIPT, ELSEWHERE):
            page.goto(f"{PAGE}/inventory")
            page.get_by_role("link", name=name, exact=True).click()
            playwright.expect(page.get_by_role("heading", level=1)).to_have_text(name)
        page.goto(f"{PAGE}/money")
        page.wait_for_selector(".plot svg")
        assert page.locator("img").count() == 0
        assert problems == []


def test_an_administrator_starts_a_run(browser, server):
    with visitor(browser, server) as (page, problems):
        page.goto(f"{PAGE}/runs")
        page.fill("form[data-trigger] input[name=partition]", "2017-12-20")
        page.get_by_role("button", name="Trigger").click()
        playwright.expect(page.locator("#outcome")).to_contain_text("was started")
        page.reload()
        playwright.expect(page.locator(".day-running")).to_have_count(2)  # one of them is the legend's
        page.fill("form[data-backfill] input[name=since]", "2017-12-18")
        page.fill("form[data-backfill] input[name=until]", "2017-12-19")
        page.get_by_role("button", name="Backfill").click()
        playwright.expect(page.locator("#outcome")).to_contain_text("Backfill")
        playwright.expect(page.locator("#outcome")).to_contain_text("was started")
        assert problems == []


def test_a_viewer_is_told_that_runs_are_not_theirs_to_start(browser, server):
    with visitor(browser, server, "viewer") as (page, problems):
        page.goto(f"{PAGE}/runs")
        playwright.expect(page.get_by_text("You may look at runs, but not start them")).to_be_visible()
        assert page.get_by_role("button").count() == 0
        assert problems == []


def test_without_a_login_the_page_says_where_to_log_in(browser, server):
    context = browser.new_context(base_url=server.home.url)
    page = context.new_page()
    assert page.goto(f"{PAGE}/inventory").status == 401
    playwright.expect(page.get_by_role("link", name="Log in")).to_be_visible()
    context.close()
