# make run | quick | test | test-all | clean. Everything lives in .venv; nothing else on the machine is touched.

PYTHON ?= python3
BIN := .venv/bin
INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
# Two workers with one thread each: faster than threads, and sums are added in one order. A file's tests share a worker;
# files in order, since the longest, tests/chaos, is then not left for the end.
PYTEST = OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder --disable-socket --allow-unix-socket --allow-hosts=127.0.0.1,::1

.PHONY: run quick test test-all clean lint format types imports pytest
.DEFAULT_GOAL := run

run: .venv/installed
	$(BIN)/rnnbench run suites/nlp.yaml

quick: .venv/installed
	$(BIN)/rnnbench run suites/quick.yaml

# Every check runs, even after one that failed.
test: .venv/installed-dev
	@$(MAKE) --keep-going --no-print-directory lint format types imports pytest MARKS='not slow'

# The long forms: every crash point, hundreds of kills, tens of thousands of suites, and 100 MB on a log.
test-all: export HOSTILE_MEGABYTES = 100
test-all: .venv/installed-dev
	@$(MAKE) --keep-going --no-print-directory lint format types imports pytest MARKS=

lint: .venv/installed-dev
	$(BIN)/ruff check .

format: .venv/installed-dev
	$(BIN)/ruff format --check .

types: .venv/installed-dev
	$(BIN)/mypy

imports: .venv/installed-dev
	$(BIN)/lint-imports

pytest: .venv/installed-dev
	$(PYTEST) $(if $(MARKS),-m '$(MARKS)')

clean:
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find harness plugins tests -type d -name __pycache__ -prune -exec rm -rf {} +

.venv/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "rnnbench needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) --version 2>&1). Try: make PYTHON=python3.11" >&2; exit 1; }
	$(PYTHON) -m venv .venv

# A file is the memory of a finished installation, so that a second call does nothing.
.venv/installed: pyproject.toml constraints.txt | .venv/bin/pip
	$(INSTALL) --editable .
	@touch $@

.venv/installed-dev: pyproject.toml constraints.txt | .venv/bin/pip
	$(INSTALL) --editable '.[dev]'
	@touch .venv/installed $@
