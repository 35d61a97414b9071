# Everything a person or CI does with this repository. `make` alone lists it.

PYTHON ?= python3
ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
FRONTEND := lineage_explorer/view/frontend
STATIC := lineage_explorer/view/static
MODULES := $(FRONTEND)/node_modules
LOCK := requirements-lock.txt

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input install --quiet -c $(LOCK)

# $(call retry,COMMAND): registries fail now and then; four tries, then the error stands
retry = for pause in 5 15 45 0; do if $(1); then break; fi; \
  if [ $$pause = 0 ]; then echo "gave up on: $(1)" >&2; exit 1; fi; \
  echo "trying again in $$pause s: $(1)" >&2; sleep $$pause; done

.PHONY: help demo test lint checks frontend bundle notebooks bench lock chromium clean

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(VENV)/.demo ## open JupyterLab on the first notebook (ARGS="--no-browser --port 8899")
	@$(BIN)/lineage-explorer demo $(ARGS)

test: checks frontend chromium ## check everything: style, types, front end, tests, notebooks, the wheel
	$(BIN)/pytest --doctest-modules --nbval --nbval-current-env \
	  --nbval-sanitize-with tests/nbval_sanitize.cfg $(ARGS)

lint: $(VENV)/.dev ## mend style where a tool can, then say what is left
	$(BIN)/ruff check --fix-only --exit-zero .
	$(BIN)/ruff format .
	@$(MAKE) --no-print-directory checks

checks: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bundle: $(MODULES)/.made ## build the browser side into lineage_explorer/view/static
	npm --prefix $(FRONTEND) run --silent bundle

notebooks: $(VENV)/.dev ## run the notebooks again and keep their outputs and pictures
	$(BIN)/python notebooks/refresh.py

bench: $(VENV)/.dev ## measure what was promised to be quick
	@for name in closures layout_vs_dot painting; do echo "== $$name"; $(BIN)/python -m tests.benchmarks.$$name; done

lock: ## write the newest versions that fit together into requirements-lock.txt and binder/
	rm -rf build/lock && $(PYTHON) -m venv build/lock
	build/lock/bin/python -m pip install --quiet --upgrade pip setuptools
	build/lock/bin/python -m pip install --quiet '.[jupyter]'
	echo "# made by \`make lock\`: what Binder installs" > binder/requirements.txt
	build/lock/bin/python -m pip freeze --exclude lineage-explorer >> binder/requirements.txt
	build/lock/bin/python -m pip install --quiet --group dev
	echo "# made by \`make lock\`: the versions that \`make demo\` and \`make test\` install" > $(LOCK)
	build/lock/bin/python -m pip freeze --all --exclude lineage-explorer >> $(LOCK)

clean: ## remove what was made, the virtual environment too
	rm -rf $(VENV) build dist $(MODULES)
	rm -rf .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache

# ------------------------------------------------------------------------------- made once and kept

$(VENV)/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	@echo "making $(VENV) ..."
	@$(PYTHON) -m venv $(VENV) || { echo "try: apt-get install python3-venv" >&2; exit 1; }
	@touch $@

# the lock is a list of constraints: what is asked for comes from pyproject.toml, its version from here
$(VENV)/.demo: $(VENV)/.python pyproject.toml $(LOCK)
	@echo "installing (a minute or two) ..."
	@$(call retry,$(PIP) pip hatchling)
	@$(call retry,$(PIP) --no-build-isolation -e '.[jupyter]')
	@touch $@

$(VENV)/.dev: $(VENV)/.demo
	@$(call retry,$(PIP) --group dev)
	@touch $@

$(MODULES)/.made: $(FRONTEND)/package-lock.json
	@$(call retry,npm --prefix $(FRONTEND) ci --no-audit --no-fund --loglevel=error)
	@touch $@

# ------------------------------------------------------------------------------ what may be missing

# without Node.js the front end is taken as it was built; CI has to have it
ifneq ($(shell command -v npm),)
frontend: $(MODULES)/.made
	npm --prefix $(FRONTEND) run --silent check
else
frontend:
	@echo "no npm here: the front end was not checked (install Node.js 20 or newer)" >&2; [ -z "$${CI:-}" ]
endif

# the browser tests say what they miss and are skipped; CI has to have it
chromium:
	@if command -v chromium chromium-browser google-chrome >/dev/null; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  $(call retry,apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y chromium >/dev/null); \
	else echo "no Chromium here: install it (Debian: apt-get install chromium) for the browser tests" >&2; \
	  [ -z "$${CI:-}" ]; fi
