# massid-relay. `make` alone lists the verbs.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
ARGS ?=
ONLY ?=
BENCH ?=

VENV := .venv
VENV_SAM := .venv-sam
VENV_LOCK := .venv-lock
BIN := $(VENV)/bin
TYPED := layers/relay/massid_relay local/massid_local cli/massid_cli $(wildcard functions/*/app.py scripts/*.py benchmarks/*.py benchmarks/inside/*.py) tests

# --no-deps: the lock file is complete, so pip has nothing to resolve.
PIP_INSTALL := -m pip install --quiet --disable-pip-version-check --no-deps
export SAM_CLI_TELEMETRY := 0

.PHONY: help setup demo test faults faults-orders scenarios check build bench lock clean

help: ## List the verbs
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

setup: $(VENV)/.installed ## Make the environment .venv (PYTHON=… chooses the interpreter: 3.11 or newer)

demo: setup ## Submit 25 MassIDs to the local stack and watch them close (ARGS="--faults --keep …")
	@$(BIN)/massid demo $(ARGS)

test: setup ## Run all tests (ARGS="-k name …")
	@$(BIN)/pytest --numprocesses auto --dist loadgroup $(ARGS)

faults: setup ## Kill workers everywhere and prove that nothing is lost, doubled or out of order (RUNS=… SEED=…)
	@$(BIN)/python -m tests.faults $(if $(RUNS),--runs $(RUNS)) $(if $(SEED),--seed $(SEED)) $(ARGS)

faults-orders: setup ## The same for money: orders are never paid twice (RUNS=… SEED=…)
	@$(BIN)/python -m tests.orders.faults $(if $(RUNS),--runs $(RUNS)) $(if $(SEED),--seed $(SEED)) $(ARGS)

scenarios: setup ## Play every scenario on every kind of platform (docs/scenarios.md)
	@mkdir -p build
	@for platform in same new; do for batch in atomic not-atomic missing; do \
	  echo "$$platform, $$batch:"; $(BIN)/massid scenario --all --platform $$platform --batch $$batch > build/scenarios-$$platform-$$batch.txt \
	    || { cat build/scenarios-$$platform-$$batch.txt; exit 1; }; tail -n 1 build/scenarios-$$platform-$$batch.txt; \
	done; done

check: setup $(VENV_SAM)/.installed ## Lint, format, types, template, docs
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy $(TYPED)
	@$(BIN)/cfn-lint template.yaml
	@$(VENV_SAM)/bin/sam validate --lint --region us-east-1
	@$(BIN)/python scripts/document_parameters.py --check
	@$(BIN)/python scripts/document_architecture.py --check
	@$(BIN)/python scripts/document_scenarios.py --check
	@$(BIN)/pytest --quiet tests/template

build: $(VENV_SAM)/.installed ## Make the artifacts for AWS in .aws-sam (no Docker, no Python 3.13 needed)
	@PYTHON=$(abspath $(VENV_SAM))/bin/python $(VENV_SAM)/bin/sam build

bench: setup $(VENV)/.installed-bench ## Measure, side by side, what the README claims (ONLY=start: one figure, BENCH=full: the whole matrix)
	@$(BIN)/python -m benchmarks $(ONLY) $(if $(filter full,$(BENCH)),--full)

lock: $(VENV_LOCK)/.installed ## Pin requirements/*.in anew, with hashes
	@cd requirements && compile() { ../$(VENV_LOCK)/bin/uv pip compile --quiet --upgrade --generate-hashes --no-header --no-emit-index-url "$$@"; }; \
	compile --universal --python-version 3.11 dev.in --output-file dev.txt; \
	compile --universal --python-version 3.11 bench.in --output-file bench.txt; \
	compile --universal --python-version 3.11 sam.in --output-file sam.txt; \
	compile --universal --python-version 3.11 lock.in --output-file lock.txt; \
	compile --python-version 3.13 --python-platform aarch64-manylinux2014 --constraint dev.txt runtime.in --output-file runtime.txt

clean: ## Remove what was built (ALL=1: the environments too)
	@rm -rf build .aws-sam .mypy_cache .ruff_cache .pytest_cache .hypothesis
	@find . -name __pycache__ -type d -not -path './$(VENV)*' -prune -exec rm -rf {} +
	@$(if $(ALL),rm -rf $(VENV) $(VENV_SAM) $(VENV_LOCK) *.egg-info,true)

# ---------------------------------------------------------------------------------------------------------- environments
# A stamp file per environment: the second run of any verb starts at once.

$(VENV)/.installed: requirements/dev.txt pyproject.toml
	@$(call make_venv,$(VENV))
	@echo "Installing requirements/dev.txt into $(VENV) …"
	@$(BIN)/python $(PIP_INSTALL) --require-hashes --requirement requirements/dev.txt
	@$(BIN)/python $(PIP_INSTALL) --no-build-isolation --editable .
	@touch $@

$(VENV)/.installed-bench: requirements/bench.txt $(VENV)/.installed
	@echo "Installing requirements/bench.txt into $(VENV) …"
	@$(BIN)/python $(PIP_INSTALL) --require-hashes --requirement requirements/bench.txt
	@touch $@

$(VENV_SAM)/.installed: requirements/sam.txt
	@$(call make_venv,$(VENV_SAM))
	@echo "Installing requirements/sam.txt into $(VENV_SAM) …"
	@$(VENV_SAM)/bin/python $(PIP_INSTALL) --require-hashes --requirement requirements/sam.txt
	@touch $@

$(VENV_LOCK)/.installed: requirements/lock.txt
	@$(call make_venv,$(VENV_LOCK))
	@$(VENV_LOCK)/bin/python $(PIP_INSTALL) --require-hashes --requirement requirements/lock.txt
	@touch $@

define make_venv
	"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "massid-relay needs Python 3.11 or newer; '$(PYTHON)' is $$("$(PYTHON)" --version 2>/dev/null || echo missing)." >&2; \
		echo "Name another one: make $(or $(MAKECMDGOALS),setup) PYTHON=python3.12" >&2; exit 1; }; \
	test -x $(1)/bin/python || "$(PYTHON)" -m venv $(1) || { \
		echo "Could not make $(1). On Debian and Ubuntu the package python3-venv is missing." >&2; exit 1; }
endef
