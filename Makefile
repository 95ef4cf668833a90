# make demo    a realistic day, then the API on http://127.0.0.1:8000
# make test    everything, on SQLite and PostgreSQL
# make check   lint, types, imports, docs and tests, as CI runs them
#
# Each is complete by itself on Debian or Ubuntu with Python 3.11, git and make.

BIN := .venv/bin
LOCKED := pyproject.toml requirements/run.txt requirements/dev.txt tests/node/package-lock.json scripts/setup
DEMO := demo
# Tests wait for disks, servers and browsers as long as they compute: three processes for two cores. Each goes through
# modules in their order, so that what a module sets up is set up once.
PYTEST := $(BIN)/pytest -n $$(( ($$(nproc) * 3 + 1) / 2 )) --dist worksteal

.PHONY: setup setup-dev demo demo-data test check lint types imports docs bench mutation lock
.NOTPARALLEL:
.DEFAULT_GOAL := check

setup: .venv/.run-installed
setup-dev: .venv/.dev-installed

.venv/.run-installed: $(LOCKED)
	@scripts/setup run
	@touch $@

# What the checks need includes what the program needs: one installation, two stamps.
.venv/.dev-installed: $(LOCKED)
	@scripts/setup dev
	@touch .venv/.run-installed $@

demo: setup
	@$(BIN)/python -m custody_api.demo --directory $(DEMO) --serve

demo-data: setup
	@$(BIN)/python -m custody_api.demo --directory $(DEMO)

check: lint types imports docs test

lint: setup-dev
	$(BIN)/ruff check

types: setup-dev
	$(BIN)/mypy

imports: setup-dev
	$(BIN)/lint-imports

docs: setup-dev
	$(BIN)/pytest tests/test_docs.py tests/test_wording.py

test: setup-dev
	$(PYTEST)

mutation: setup-dev
	@$(BIN)/python scripts/mutate_rules.py

bench: setup-dev
	@for benchmark in $(filter-out benchmarks/large.py,$(wildcard benchmarks/*.py)); do echo "== $$benchmark"; $(BIN)/python $$benchmark || exit 1; done

lock:
	scripts/lock
