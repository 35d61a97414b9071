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

# $(call resolve,REQUIREMENTS): exact versions of them and all that they need, on stdout
resolve = build/lock/bin/python -m pip install --quiet --dry-run --ignore-installed --only-binary :all: \
  --python-version 3.11.0 --target build/lock/none --report build/lock/report.json $(1) && \
  $(PYTHON) -c "$$PINS" build/lock/report.json
define PINS
import json, sys
print('# made by make lock: what', sys.argv[2])
parts = (part['metadata'] for part in json.load(open(sys.argv[1]))['install'])
pins = [p['name'] + '==' + p['version'] for p in parts if p['name'] != 'lineage-explorer']
print(*sorted(pins, key=str.lower), sep=chr(10))
endef
export PINS

.PHONY: help demo test lint checks frontend bundle notebooks bench lock chromium marquez opa clean

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(VENV)/.demo ## open JupyterLab on the first notebook (ARGS="--no-browser --port 8899")
	@$(BIN)/lineage-explorer demo $(ARGS)

test: checks frontend chromium marquez opa ## check everything: style, types, front end, tests, notebooks, the wheel
	$(BIN)/pytest --numprocesses auto --dist loadfile --doctest-modules --nbval --nbval-current-env \
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
	@$(call retry,$(PIP) --group bench)
	@for name in agreeing closures diagnosing layout_vs_dot painting peers provenance reading residency; do \
	  echo "== $$name"; $(BIN)/python -m tests.benchmarks.$$name; done

# resolved for the oldest Python there may be (Debian 12 has 3.11.2), whichever runs this
lock: ## write the newest versions that fit together into requirements-lock.txt and binder/
	rm -rf build/lock && $(PYTHON) -m venv build/lock
	build/lock/bin/python -m pip install --quiet --upgrade pip
	$(call resolve,pip setuptools '.[jupyter]' --group dev --group bench) "make demo, make test and make bench install" > $(LOCK)
	$(call resolve,-c $(LOCK) '.[jupyter]') "Binder installs" > binder/requirements.txt

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

# Marquez and what it needs, for tests/services; without it they say so and are skipped
JARS := build/marquez
MARQUEZ := mvn -B -q -U -f tests/services/pom.xml dependency:copy-dependencies -DoutputDirectory=$(CURDIR)/$(JARS)

marquez: ## fetch Marquez, which tests/services starts (needs Java 17 and Maven)
	@if [ -e $(JARS)/.made ] && [ ! tests/services/pom.xml -nt $(JARS)/.made ]; then :; \
	elif ! command -v java >/dev/null || ! command -v mvn >/dev/null; then \
	  echo "no Java or no Maven here: Marquez was not fetched (Debian: apt-get install maven)" >&2; \
	elif rm -rf $(JARS); $(MARQUEZ) >/dev/null; then \
	  touch $(JARS)/.made; \
	else echo "Marquez could not be fetched: tests/services will say so" >&2; fi

# OPA itself, which tests/residency asks beside regopy; without it they say so and are skipped
OPA := build/go/bin/opa

opa: ## build the program opa from its source (needs Go), for tests/residency
	@if [ -x $(OPA) ] || command -v opa >/dev/null; then :; \
	elif ! command -v go >/dev/null; then \
	  echo "no Go here: opa was not built, regopy alone answers for Rego (https://go.dev/dl)" >&2; \
	elif ( $(call retry,GOBIN=$(CURDIR)/build/go/bin go install github.com/open-policy-agent/opa@latest) ); then :; \
	else echo "opa could not be built: tests/residency will say so" >&2; fi
