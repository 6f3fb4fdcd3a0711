# Every target prepares what it needs; `make demo` and `make test` are all a newcomer has to type.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PY := $(BIN)/python
STAMP := $(VENV)/.installed

.PHONY: help setup lock demo test check lint format-check types docs docs-check fix matrix mutants bench clean

help:  ## what the targets do
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

setup: $(STAMP)  ## .venv from the committed lock, with uv if it is there, else venv and pip

$(STAMP): requirements.lock
	@tools/setup.sh "$(PYTHON)" "$(VENV)" requirements.lock
	@touch $@

lock:  ## compile requirements.in into the lock again (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes -q requirements.in -o requirements.lock

clean:
	rm -rf $(VENV) .cache
