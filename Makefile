# Each target does its own set-up; a stamp is written after an installation succeeded, so the next run starts at once.
# Needs: Python 3.11 or 3.12, make, a package registry; gcc if there is one (the engine starts faster).

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

# Looked up only when the environment is made. A name on PATH may be a shim for a version that is not installed, so each is run.
PYTHON ?= $(shell for p in python3.11 python3.12 python3; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 13))' 2>/dev/null && echo $$p && break; done)

# The theorem reaches the program through the environment, so that no shell reads it; `value` keeps make from reading `$$` in it.
THEOREM ?= theorem cubes (a b c : ℤ) (h : a + b + c = 0) : a^3 + b^3 + c^3 = 3*a*b*c
override THEOREM := $(value THEOREM)
export THEOREM

# More options for `entail prove` and for pytest.
ARGS ?=
PYTEST_ARGS ?=

# Two processes; a file of tests stays in one, because its tests share Lean workers.
PYTEST := -m pytest -n 2 --dist loadfile

.PHONY: help prove test test-slow lint format bench mathlib clean
.NOTPARALLEL:
.DELETE_ON_ERROR:

help:
	@echo "make prove    prove a theorem: make prove THEOREM='theorem t (n : ℕ) : n + 0 = n' [ARGS='--seconds 60']"
	@echo "make test     style, types, import rules, tests: what CI runs [PYTEST_ARGS='-k name']"
	@echo "make test-slow  the tests that take more than ten seconds each; CI runs these too"
	@echo "make lint     style, types and import rules alone"
	@echo "make format   rewrite the code in the house style"
	@echo "make bench    run the benchmarks"
	@echo "make mathlib  fetch Mathlib and build the REPL for the native engine (needs lake)"
	@echo "make clean    remove what make made here (the engine in the user's cache stays)"

prove: $(VENV)/.core
	@PYTHONUTF8=1 $(BIN)/entail prove $(ARGS) "$$THEOREM"

# The engine is set up while the style is checked: each keeps one core busy.
test: $(VENV)/.dev
	@set -e; $(BIN)/entail setup --quiet >/dev/null & engine=$$!; \
	$(MAKE) --no-print-directory lint || { kill $$engine; exit 1; }; \
	echo "== engine"; wait $$engine
	@echo "== pytest"
	@$(BIN)/python $(PYTEST) -m "not slow" $(PYTEST_ARGS)

test-slow: $(VENV)/.dev
	@echo "== pytest, the slow tests"
	@$(BIN)/python $(PYTEST) -m slow $(PYTEST_ARGS)

lint: $(VENV)/.dev
	@echo "== ruff check"
	@$(BIN)/ruff check .
	@echo "== ruff format"
	@$(BIN)/ruff format --check .
	@echo "== basedpyright"
	@$(BIN)/basedpyright
	@echo "== import-linter"
	@$(BIN)/lint-imports --no-logo

format: $(VENV)/.dev
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

# Without the modules that scripts share, and without what needs a file of problems.
bench: $(VENV)/.core
	@set -e; for script in $(filter-out benchmarks/measuring.py benchmarks/simulated_hands.py benchmarks/formalizer_coverage.py,$(wildcard benchmarks/*.py)); do echo "== $$script"; $(BIN)/python "$$script"; done

mathlib:
	@command -v lake >/dev/null || { echo "lake is missing: install elan (https://github.com/leanprover/elan), which reads lean-toolchain"; exit 1; }
	lake exe cache get
	lake build repl

clean:
	rm -rf $(VENV) build dist .lake .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or 3.12 is missing (or say make PYTHON=/path/to/python3.11)"; exit 1; }
	@echo "== making $(VENV) with $(PYTHON)"
	@"$(PYTHON)" -m venv $(VENV)
	@touch $@

$(VENV)/.core: $(VENV)/.python pyproject.toml constraints.txt
	@echo "== installing into $(VENV)"
	@$(PIP) install -c constraints.txt -e .
	@touch $@

# Installs the core as well, so that the next `make prove` need not.
$(VENV)/.dev: $(VENV)/.python pyproject.toml constraints.txt
	@echo "== installing the development tools into $(VENV)"
	@$(PIP) install -c constraints.txt -e '.[dev,eval,cluster,models,server]'
	@touch $(VENV)/.core $@
