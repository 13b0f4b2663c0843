# Needs make, git and Python 3.11+ (`make PYTHON=/path/to/python3` picks one).
# Each target builds what it needs in .venv from the locks, and only once.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test check format bench faults peers lock migration clean

BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# Most of a test's time is waiting: for a start, a kill, a browser.
SIDE_BY_SIDE = -n auto --maxprocesses 4 --dist worksteal
BENCHES = $(filter-out _% test_%,$(basename $(notdir $(wildcard tests/bench/*.py))))
COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 \
	--generate-hashes --no-annotate --no-header --no-config \
	--no-emit-index-url --extra build --extra semantic

help: ## Show what can be made.
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

run: .venv/run ## Start Linli; without an outside channel, the demo.
	@exec $(BIN)/python -m bot

test: .venv/dev ## Run every test that can run here (TESTS=tests/rules).
	@$(BIN)/python -m pytest -m "not slow" $(SIDE_BY_SIDE) $(TESTS)

check: .venv/dev ## Check format, lint, types and layers.
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

format: .venv/dev ## Format, and mend what lint can mend.
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: .venv/dev ## Print the figures, one JSON object a bench.
	@set -e; for bench in $(BENCHES); do \
		echo "== $$bench"; $(BIN)/python -m tests.bench.$$bench --json; \
	done

faults: .venv/dev ## Kill, cut, fill and skew the real program at length.
	@$(BIN)/python -m pytest tests/faults --kills=100

peers: .venv/dev ## Talk to every program nobody here wrote.
	@$(BIN)/python -m pytest tests/peers

lock: .venv/dev ## Resolve the dependencies anew into the two locks.
	@$(COMPILE) --upgrade --extra dev pyproject.toml -o requirements-dev.lock
	@$(COMPILE) --upgrade -c requirements-dev.lock pyproject.toml -o requirements.lock

migration: .venv/dev ## Write a migration for what changed in the schema.
	@$(BIN)/python -m storage.migrations $(NAME)

clean: ## Remove the environment and every cache; keeps var/.
	@rm -rf .venv .venv-peers *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis \
		.import_linter_cache .coverage
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# -- the environment -------------------------------------------------------
# A stamp is touched last, so a build that was cut short is built again.

.venv/made:
	@python=$$(sh .ci/python $(PYTHON)) && \
		echo "Building .venv with $$python ..." && \
		$$python -m venv --clear .venv
	@touch $@

.venv/run: .venv/made requirements.lock pyproject.toml
	@echo "Installing what Linli runs on ..."
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-build-isolation --no-deps -e .
	@touch $@

.venv/dev: .venv/run requirements-dev.lock
	@echo "Installing what the tests need ..."
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@
