"""What the documentation shows works: manifests load, files and make targets exist, the two READMEs say the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from assay.config import load_platform
from assay.config.settings import REPOSITORY
from assay.contracts.schemas import CONTRACTS
from assay.quality.suite import parse_suite

READMES = [REPOSITORY / "README.md", REPOSITORY / "README.zh.md"]
PAGES = [*READMES, REPOSITORY / "CHANGELOG.md", *sorted((REPOSITORY / "docs").rglob("*.md"))]
OF_A_RUN = ("data/", "airflow_home/", ".venv", "include/platforms/shop", "expectations/<")


def name(path: Path) -> str:
    return path.relative_to(REPOSITORY).as_posix()


def blocks(path: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", path.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("page", READMES, ids=name)
def test_the_example_manifest_loads(page, tmp_path, monkeypatch):
    (text,) = blocks(page, "yaml")
    path = tmp_path / "shop" / "platform.yaml"
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    monkeypatch.setenv("ASSAY_PLATFORMS", str(tmp_path))
    monkeypatch.setenv("SHOP_DATA", "/data/shop")
    platform = load_platform("shop")
    assert platform.sources[0].path == "/data/shop"
    assert platform.use_case("next_week").payoff.type == "captured_sales"


def test_the_example_suite_loads():
    (text,) = blocks(REPOSITORY / "docs" / "manifest.md", "yaml")
    assert [e.severity.value for e in parse_suite(Path("landing.orders.yaml"), text).expectations] == ["critical", "warning"]


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_somewhere(page):
    links = re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8"))
    assert [link for link in links if "://" not in link and not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_paths_that_are_named_exist(page):
    words = re.findall(r"`((?:include|tests|docs|dags|plugins|benchmarks|\.ci)/[^`\s*<]+)`", page.read_text(encoding="utf-8"))
    assert [word for word in words if not word.startswith(OF_A_RUN) and not (REPOSITORY / word).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_make_targets_that_are_named_exist(page):
    targets = set(re.findall(r"^([a-z-]+):", (REPOSITORY / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"`(?:[A-Z_]+=\S+ )?make ([a-z-]+)", page.read_text(encoding="utf-8"))) <= targets


def test_the_readmes_agree_in_commands_variables_and_structure():
    english, chinese = (page.read_text(encoding="utf-8") for page in READMES)
    for pattern in (r"^\| `([^`]+)`", r"^(#+) ", r"^make \w+"):
        found = [re.findall(pattern, text, re.MULTILINE) for text in (english, chinese)]
        assert found[0] == found[1]
    assert [yaml.safe_load(block) for block in blocks(READMES[0], "yaml")] == [
        yaml.safe_load(block) for block in blocks(READMES[1], "yaml")]


def test_the_settings_that_have_a_default_are_in_the_readmes():
    for variable in ("ASSAY_STORAGE", "ASSAY_LANDING", "ASSAY_PLATFORMS", "AIRFLOW_PORT"):
        assert all(f"| `{variable}` |" in page.read_text(encoding="utf-8") for page in READMES)


def test_the_architecture_names_every_contract():
    text = (REPOSITORY / "docs" / "architecture.md").read_text(encoding="utf-8")
    assert [contract for contract in CONTRACTS if not re.search(rf"`{contract}[`/]", text)] == []
