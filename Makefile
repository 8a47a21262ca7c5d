# threatloom: everything a developer runs. `make demo` and `make test` set up what they need.
# Another interpreter: make demo PYTHON=python3.12      Another environment: make demo VENV=/tmp/venv

VENV ?= .venv
BIN = $(VENV)/bin
BUILD ?= build
UV ?= uv
PYTEST_ARGS ?= -n auto --dist worksteal
SAMPLE = evals/systems/support-assistant
BENCH ?=
BENCH_VENV = $(BUILD)/bench-venv

# Usable means: 3.11 or newer, and able to create an environment (some systems package venv apart).
USABLE = import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))
ifndef PYTHON
PYTHON := $(shell for candidate in python3.11 python3.12 python3.13 python3.14 python3 python; do \
	"$$candidate" -c '$(USABLE)' >/dev/null 2>&1 && echo "$$candidate" && break; done)
endif

.DEFAULT_GOAL := help
.PHONY: help demo test check static evaluation format docs site evals bench lock clean

help: ## show this list
	@grep -E '^[a-z]+:.*##' Makefile | sed -E 's/^([a-z]+):.*## /  make \1 - /'

demo: $(VENV)/.installed ## scan the sample system, show the table, write a report to look at
	@mkdir -p $(BUILD)
	@$(BIN)/threatloom scan $(SAMPLE) --no-record --format table --format html=$(BUILD)/support-assistant.html
	@echo
	@echo "Report with the data-flow diagram: $(abspath $(BUILD)/support-assistant.html)"

test: check ## run everything CI runs

check: $(VENV)/.installed ## format check, lint, types, import layers, evaluation, tests
	@$(MAKE) --no-print-directory -j2 static evaluation # types take one processor, and two are there
	@echo "== tests"; $(BIN)/python -m pytest $(PYTEST_ARGS)

static: $(VENV)/.installed
	@echo "== format"; $(BIN)/ruff format --check .
	@echo "== lint"; $(BIN)/ruff check .
	@echo "== types"; $(BIN)/mypy
	@echo "== import layers"; $(BIN)/lint-imports --no-cache

evaluation: $(VENV)/.installed
	@echo "== evaluation"; $(BIN)/threatloom eval --bars evals/systems/bars.yaml

format: $(VENV)/.installed ## bring the code into its form
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

docs: $(VENV)/.installed ## write the generated files anew
	@$(BIN)/python -m pipeline.interfaces.generate
	@$(BIN)/python -m tests.languages.table # what tests prove, tests write: the product knows nothing of them
	@$(BIN)/python -m tests.formats.table
	@$(BIN)/python -m evals.peers page
	@$(BIN)/python -m evals.identity # judged pairs of releases
	@$(BIN)/python -m evals.precision # figures that were measured and judged before, in the README too; it scans nothing

site: $(VENV)/.installed ## write the documentation as a static site
	@NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --config-file docs/site/mkdocs.yml --site-dir "$(abspath $(BUILD))/site"
	@echo "Documentation: $(abspath $(BUILD))/site/index.html"

evals: $(VENV)/.installed ## measure on the reference systems and keep the result; then: make docs
	@mkdir -p $(BUILD)
	@$(BIN)/threatloom eval --record --format table --format html=$(BUILD)/eval.html

bench: $(BENCH_VENV)/.locked $(if $(wildcard $(BIN)/python),,$(VENV)/.installed) ## measure time and memory; options: make bench BENCH="--sizes 10k,30k"
	@$(BENCH_VENV)/bin/python -m benchmarks --product-python $(BIN)/python --output $(BUILD)/bench $(BENCH)

lock: ## resolve the dependencies anew (needs uv); versions stay unless a range moved
	@command -v $(UV) >/dev/null || { echo "make lock needs uv: https://docs.astral.sh/uv/" >&2; exit 2; }
	$(UV) pip compile --universal --python-version 3.11 pyproject.toml --group dev \
		--generate-hashes --no-annotate --no-header --output-file requirements.lock
	$(UV) pip compile --universal --python-version 3.11 pyproject.toml --extra distributed --constraints requirements.lock \
		--generate-hashes --no-annotate --no-header --output-file docker/requirements.lock
	$(UV) pip compile --universal --python-version 3.11 docker/build.in --constraints requirements.lock \
		--generate-hashes --no-annotate --no-header --output-file docker/build.lock
	$(UV) pip compile --universal --python-version 3.11 benchmarks/requirements.in \
		--generate-hashes --no-annotate --no-header --output-file benchmarks/requirements.lock

clean: ## remove the environment and everything built
	rm -rf $(VENV) $(BUILD) dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

# Two stamps: a change of the lock file makes a new environment, a change of pyproject.toml only reinstalls the project.
$(VENV)/.locked: requirements.lock
	@test -n "$(PYTHON)" || { echo "No Python 3.11 or newer with venv found. Install one (Debian, Ubuntu: apt install python3.11-venv)," \
		"or name it: make PYTHON=/path/to/python3.11" >&2; exit 2; }
	@"$(PYTHON)" -c '$(USABLE)' || { echo "$(PYTHON) is not Python 3.11 or newer with venv. Name another: make PYTHON=/path/to/python3.11" >&2; exit 2; }
	@echo "Creating $(VENV) from requirements.lock (about 1.2 GB; a few minutes)"
	@"$(PYTHON)" -m venv --clear $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes -r requirements.lock
	@$(BIN)/python -m compileall -qq -j 0 $(VENV)/lib || true # on all processors, where pip takes one; some packages carry files of other Pythons
	@touch $@

$(VENV)/.installed: pyproject.toml $(VENV)/.locked
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# What the benchmarks compare with stays out of the product's environment.
$(BENCH_VENV)/.locked: benchmarks/requirements.lock
	@test -n "$(PYTHON)" || { echo "No Python 3.11 or newer with venv found. Name one: make bench PYTHON=/path/to/python3.11" >&2; exit 2; }
	@echo "Creating $(BENCH_VENV) from benchmarks/requirements.lock"
	@"$(PYTHON)" -m venv --clear $(BENCH_VENV)
	@$(BENCH_VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r benchmarks/requirements.lock
	@touch $@
