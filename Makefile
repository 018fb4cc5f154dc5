# Everything here works on a fresh Debian with python3, python3-venv and make; uv is used where it is installed.

PYTHON ?= python3
BIN := .venv/bin
UV := $(shell command -v uv 2>/dev/null)
WORKERS ?= 2

ifdef UV
VENV := uv venv --quiet --python $(PYTHON) .venv
PIP := VIRTUAL_ENV=.venv uv pip install --quiet
else
VENV := $(PYTHON) -m venv .venv && $(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
endif

# Some machines ask that compiled modules are not kept; the tests start a hundred processes, each of which compiled all.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo test check format proof year bench clean

help:
	@echo "make demo    an invented town to try: mailboxes, a clock to turn, nothing leaves this machine"
	@echo "make test    all tests (rows also on PostgreSQL, pages in Chromium, a mailbox at Dovecot, where they are there)"
	@echo "make check   formatter, linter, strict types"
	@echo "make proof   500 posts to 1,000 members, every header and every 100th signature judged"
	@echo "make year    a year of a group of eight by mail alone, over the three ways to run a site"
	@echo "make bench   the figures of docs/performance.md"

.venv/bin/python:
	$(VENV)

.venv/.runs: pyproject.toml | .venv/bin/python
	$(PIP) --editable .
	@touch $@

.venv/.tests: pyproject.toml .venv/.runs
	$(PIP) --group dev --editable .
	@touch $@

demo: .venv/.runs
	$(BIN)/mailhub demo

test: .venv/.tests
	$(BIN)/python -m compileall -q -j 0 mailhub
	$(BIN)/pytest -n $(WORKERS) --dist worksteal

check: .venv/.tests
	$(BIN)/ruff format --check mailhub tests
	$(BIN)/ruff check mailhub tests
	$(BIN)/mypy
	$(BIN)/pytest -q tests/test_architecture.py

format: .venv/.tests
	$(BIN)/ruff format mailhub tests
	$(BIN)/ruff check --fix mailhub tests

proof: .venv/.tests
	$(BIN)/python -m tests.proof.fanout

year: .venv/.tests
	MAILHUB_TEST_YEARS=all $(BIN)/pytest -n $(WORKERS) tests/year

bench: .venv/.runs
	$(BIN)/mailhub bench fanout --json
	$(BIN)/mailhub bench inbound --json
	$(BIN)/mailhub bench archive --json
	$(BIN)/mailhub bench import --json
	$(BIN)/mailhub bench digests --json

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist
