# Two commands are enough: `make run` and `make test`. Each does its own set-up.
SHELL := /bin/bash
PYTHON3 ?= python3
PORT ?= 8000
PY := .venv/bin/python

.PHONY: browser pictures help run demo days law test test-long check audit format docs bench year lock clean

help: ## This list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 18

run: .venv/.runtime ## Start everything on 127.0.0.1:8000 (PORT=8001 for another port); Ctrl-C stops it
	@$(PY) -m casemgmt run --port $(PORT)

demo: .venv/.runtime ## Play the route of a child's case against the running service (PORT=…)
	@$(PY) -m casemgmt demo --url http://127.0.0.1:$(PORT)

days: .venv/.runtime ## Five people's working day, played over HTTP against a service of its own (DAY="psychologist" for one)
	@$(PY) -m api days $(DAY)

law: .venv/.runtime ## What policy staff need: install it, check the law, run its cases (guide: rules/README.md)
	@$(PY) -m rules check
	@$(PY) -m rules test

browser:
	@command -v chromium >/dev/null || { [ "$$(id -u)" = 0 ] && { echo "Installing Chromium for the tests of pages, once …"; \
	  apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends chromium >/dev/null; }; } || \
	  { echo "The tests of pages need Chromium: sudo apt-get install chromium"; exit 1; }

test: .venv/.dev browser ## The whole suite on a real PostgreSQL
	$(PY) -m pytest -n 2 -m "not long"

test-long: .venv/.dev ## The long property and fault runs
	$(PY) -m pytest -n 2 -m long

check: .venv/.dev ## Format, lint, types, import contracts, bandit, secrets, migrations, contract and documents
	$(PY) -m ruff format --check src api rules migrations tests benchmarks
	$(PY) -m ruff check src api rules migrations tests benchmarks
	$(PY) -m mypy
	.venv/bin/lint-imports --no-cache
	$(PY) -m rules check
	$(PY) -m rules coverage
	$(PY) -m api contract --check
	$(PY) -m casemgmt documents --check
	$(PY) -m pytest -q tests/contract/test_scanners.py tests/contract/test_migrations.py

audit: .venv/.dev ## Ask the advisory database about every locked package; needs a network (AUDIT="-s osv --osv-url …" for a mirror)
	@for lock in requirements.lock requirements-dev.lock; do \
	  echo "$$lock"; $(PY) -m pip_audit --disable-pip --require-hashes --progress-spinner off -r $$lock $(AUDIT) || exit 1; done

format: .venv/.dev ## Format the code
	$(PY) -m ruff format src api rules migrations tests benchmarks
	$(PY) -m ruff check --fix --select I,F401 src api rules migrations tests benchmarks

docs: .venv/.dev ## Write the generated documents and the contract
	$(PY) -m casemgmt documents
	$(PY) -m api contract

pictures: .venv/.dev browser ## Take the pictures of the wall screen anew (docs/board)
	$(PY) -m tests.browser.pictures

bench: .venv/.dev ## Measure speed against the floors of the house, the law beside OpenFisca, the audit log (minutes)
	$(PY) -m benchmarks
	$(PY) -m benchmarks law
	$(PY) -m benchmarks audit
	$(PY) -m benchmarks queues
	$(PY) -m benchmarks board-page

year: .venv/.dev ## Live through a year of the centres, every clock beside a plain calculation (an hour and a half; YEAR="--centres 8" for less)
	$(PY) -m benchmarks year $(YEAR)

lock: .venv/.dev ## Renew the lock files from pyproject.toml
	$(PY) -m uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --extra build pyproject.toml -o requirements.lock
	$(PY) -m uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --extra build --extra dev pyproject.toml -o requirements-dev.lock
	$(PY) -m uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url benchmarks/law/requirements-openfisca.in -o benchmarks/law/requirements-openfisca.lock

clean: ## Remove the environment and caches; the database in .data stays
	rm -rf .venv .venv-openfisca .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

.venv/bin/python:
	@$(PYTHON3) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed (PYTHON3=…)."; exit 1; }
	@$(PYTHON3) -c 'import venv, ensurepip' 2>/dev/null || { echo "Python's venv is needed: apt install python3-venv"; exit 1; }
	$(PYTHON3) -m venv .venv

.venv/.runtime: requirements.lock pyproject.toml | .venv/bin/python
	@echo "Installing what the service needs, once …"
	@$(PY) -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	@$(PY) -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch .venv/.runtime

.venv/.dev: requirements-dev.lock pyproject.toml | .venv/bin/python
	@echo "Installing what tests and checks need, once …"
	@$(PY) -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@$(PY) -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch .venv/.dev .venv/.runtime
