# Everything stays inside this folder: .venv, .venv-services, data/, airflow_home/.
SHELL := /bin/bash
.DEFAULT_GOAL := help

PLATFORM ?= complete_journey
PARTITION ?=
FROM ?=
TO ?=
NAME ?=
ASSET ?=
AIRFLOW_PORT ?= 8080

BASE_PYTHON := $(shell command -v python3.11 || command -v python3)
PYTHON := .venv/bin/python
ASSAY := $(PYTHON) -m assay
REQUIREMENTS := requirements.txt requirements-dev.txt requirements-demo.txt
# the stamp's name holds the hash of what was installed: a checkout that changes it installs again
STAMP := .venv/.installed-$(shell cat $(REQUIREMENTS) | cksum | cut -d' ' -f1)
# Spark and ClickHouse weigh 1 GB and serve tests alone: an environment of their own, which also sees .venv
SERVICES := .venv-services
SERVICES_PYTHON := $(SERVICES)/bin/python
SERVICES_REQUIREMENTS := requirements-spark.txt requirements-services.txt
SERVICES_STAMP := $(SERVICES)/.installed-$(shell cat $(SERVICES_REQUIREMENTS) | cksum | cut -d' ' -f1)
ifeq ($(strip $(ASSAY_LANDING)),)
LANDING_SCRIPT := $(wildcard include/platforms/$(PLATFORM)/landing.py)
endif

export PYTHONPATH := include
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export AIRFLOW_PORT

.PHONY: help install landing run explain test test-services test-all check up down trigger backfill bench clean

help:  ## list every target and option
	@echo "make <target> [OPTION=value]"; echo
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | awk -F'\t' '{printf "  %-10s %s\n", $$1, $$2}'
	@echo; echo "options"
	@echo "  PLATFORM=name         folder below include/platforms (default complete_journey; also german_credit, synthetic_shop)"
	@echo "  PARTITION=YYYY-MM-DD  local day to take stock of (default: the newest whole day of the source)"
	@echo "  FROM=, TO=YYYY-MM-DD  first and last partition of a backfill, both included"
	@echo "  ASSET=name            asset to explain, as in the inventory"
	@echo "  NAME=script           benchmark below benchmarks/"
	@echo "  AIRFLOW_PORT=number   port of make up on 127.0.0.1 (default 8080)"
	@echo "  ASSAY_LANDING=folder  your own landing zone instead of the demo's data/landing"
	@echo "  ASSAY_STORAGE=uri     shared storage, any fsspec URI (default data/storage)"

install: $(STAMP)  ## make .venv and install everything, pinned (other targets do it when needed)

$(STAMP): $(REQUIREMENTS)
	@test -n "$(BASE_PYTHON)" || { echo "no python3.11 found: install Python 3.11" >&2; exit 1; }
	@$(BASE_PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' \
		|| { echo "$(BASE_PYTHON) is not Python 3.11: install it, or put python3.11 on the PATH" >&2; exit 1; }
	@echo "installing into .venv (some minutes the first time)"
	@test -x $(PYTHON) || $(BASE_PYTHON) -m venv .venv
	@$(PYTHON) -m pip install -q -r requirements.txt -r requirements-dev.txt
	@$(PYTHON) -m pip install -q --no-deps -r requirements-demo.txt
	@echo "$(CURDIR)/include" > "$$($(PYTHON) -c 'import site; print(site.getsitepackages()[0])')/assay.pth"
	@rm -f .venv/.installed-*
	@touch $@

$(SERVICES_STAMP): $(STAMP) $(SERVICES_REQUIREMENTS)
	@echo "installing into $(SERVICES)"
	@test -x $(SERVICES_PYTHON) || $(PYTHON) -m venv $(SERVICES)
	@$(SERVICES_PYTHON) -m pip install -q --no-deps -r requirements-services.txt
	@$(PYTHON) -c 'import site; print(site.getsitepackages()[0])' \
		> "$$($(SERVICES_PYTHON) -c 'import site; print(site.getsitepackages()[0])')/assay-services.pth"
	@rm -f $(SERVICES)/.installed-*
	@touch $@

landing: $(STAMP)  ## lay out the demo platform's landing zone in data/landing
	@if [ -n "$(LANDING_SCRIPT)" ]; then $(PYTHON) $(LANDING_SCRIPT) --target data/landing; fi

run: landing  ## run four nights in one process, print the inventory, write data/report/index.html
	@$(ASSAY) run --platform "$(PLATFORM)" --partition "$(PARTITION)"

explain: $(STAMP)  ## say where the value of ASSET comes from: columns, users, items, decisions
	@test -n "$(ASSET)" || { echo "explain needs ASSET=name, such as landing.promotions" >&2; exit 1; }
	@$(ASSAY) value explain "$(PLATFORM)" "$(ASSET)" $(PARTITION)

test: $(STAMP)  ## all tests that need no extra service, one end-to-end run included
	@$(PYTHON) -m pytest -n 2 --dist loadfile -m "not service"

test-services: $(SERVICES_STAMP)  ## the tests that need PostgreSQL, MariaDB, Java, Spark, ClickHouse, Chromium or validators; what is absent is skipped
	@$(SERVICES_PYTHON) -m pytest -m service

test-all: test test-services  ## all tests

check: $(STAMP)  ## ruff, strict mypy, import layers, fast tests
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m mypy
	@$(PYTHON) -c "from importlinter.cli import lint_imports_command as lint; lint()"
	@$(PYTHON) -m pytest -m "not slow and not service"

up: landing  ## start Airflow on 127.0.0.1 and wait until it is healthy
	@$(ASSAY) up --platform "$(PLATFORM)"

down: $(STAMP)  ## stop what make up started, and nothing else
	@$(ASSAY) down

trigger: $(STAMP)  ## run PARTITION through the scheduler and wait for it
	@$(ASSAY) trigger --platform "$(PLATFORM)" --partition "$(PARTITION)"

backfill: $(STAMP)  ## run FROM to TO through the scheduler and wait for them
	@test -n "$(FROM)" -a -n "$(TO)" || { echo "backfill needs FROM=YYYY-MM-DD and TO=YYYY-MM-DD" >&2; exit 1; }
	@$(ASSAY) backfill --platform "$(PLATFORM)" --from "$(FROM)" --to "$(TO)"

bench: landing  ## run one benchmark: NAME=script
	@test -f "benchmarks/$(NAME).py" || { echo "no benchmark '$(NAME)': NAME is one of" \
		$(patsubst benchmarks/%.py,%,$(wildcard benchmarks/*.py)) >&2; exit 1; }
	@$(PYTHON) benchmarks/$(NAME).py

clean:  ## stop Airflow and remove data/, airflow_home/ and caches (not .venv*)
	@if [ -x $(PYTHON) ] && [ -f airflow_home/server/processes.json ]; then $(ASSAY) down; fi
	@rm -rf data airflow_home .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -not -path './.venv*' -prune -exec rm -rf {} +
