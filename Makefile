# Every target prepares what it needs; `make demo` and `make test` are all a newcomer has to type.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PY := $(BIN)/python
STAMP := $(VENV)/.installed

.PHONY: help setup lock clean demo test check lint format-check types docs docs-check bundle matrix fix mutants contract bench fuzz field capture planted precision evals channels release manifests loads plan-field bench-published generated

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

demo: $(STAMP)  ## the main job on a real application: plan, scaffold, write, check, verify, on an embedded PostgreSQL
	@$(PY) tools/demo.py

test: $(STAMP)  ## the tests of this bundle and of every example
	@$(PY) tools/suite.py

check: lint format-check types docs-check manifests loads test bundle matrix  ## all that CI runs

lint: $(STAMP)
	$(BIN)/ruff check .

format-check: $(STAMP)
	$(BIN)/ruff format --check .

types: $(STAMP)
	@$(PY) tools/typecheck.py

docs: $(STAMP)  ## copy tested code into the references, refresh the manifest's sizes
	$(PY) tools/docs.py

docs-check: $(STAMP)  ## every snippet fresh and proven, the manifest in step
	$(PY) tools/docs.py --check

bundle: $(STAMP)  ## the bundle as a user gets it: validated, and installed into a scratch project
	@$(PY) tools/bundle.py

matrix: $(STAMP)  ## every example: Python 3.11-3.13 x httpx, httpx2 x strict, auto, anyio x three random orders
	@$(PY) tools/matrix.py $(MATRIX)

fix: $(STAMP)  ## format, mend what ruff can, refresh the docs
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(PY) tools/docs.py

mutants: $(STAMP)  ## the share of planted bugs that the example's suite notices, and of rewrites it stays green on (minutes)
	$(PY) tools/mutate.py examples/users --jobs 2 -m "not integration" --minimum 97
	$(PY) tools/mutate.py examples/users --jobs 2 --rewrites --server --minimum 90

contract: $(STAMP)  ## the fakes held against the live drivers, as a table
	$(PY) -m tests.contract

bench: $(STAMP)  ## speed, always as a ratio against a peer in the same run
	@$(PY) tools/bench.py
	@$(PY) tools/bench_database.py
	@$(PY) tools/bench_detect.py
	@$(PY) tools/bench_check.py $(BENCH)
	@$(PY) tools/bench_verify.py
	@$(PY) tools/bench_plan.py

fuzz: $(STAMP)  ## check on CPython's own tests and on 20,000 mutated sources: never a traceback (minutes)
	@$(PY) tools/fuzz.py $(FUZZ)

field: $(STAMP)  ## scaffold on public repositories, as a table (minutes, needs the network)
	@$(PY) tools/field.py $(FIELD)

capture: $(STAMP)  ## picture the demo for the README
	@$(PY) tools/capture.py

planted: $(STAMP)  ## how many planted defects check finds, and which clean twins it accuses, by family
	@$(PY) tools/planted.py $(PLANTED)

precision: $(STAMP)  ## the judged sample of findings on public suites: precision by rule
	@$(PY) tools/precision.py $(PRECISION)

manifests: $(STAMP)  ## the manifests of the agents, as skill.yaml says today
	@$(PY) tools/manifests.py --check

loads: $(STAMP)  ## what an agent loads for typical tasks, as the README says
	@$(PY) tools/loads.py --check

channels: $(STAMP)  ## install the bundle with each agent's real client from npm (minutes, needs the network)
	@$(PY) tools/channels.py $(CHANNELS)

release: $(STAMP)  ## pack the last commit: the same commit gives the same bytes
	@$(PY) tools/release.py

evals: $(STAMP)  ## hold the cases of the evals: every planted bug is one; AGENT='…' runs an agent on them
	@$(PY) evals/run.py $(if $(AGENT),--agent '$(AGENT)',--prove) $(EVALS)

plan-field: $(STAMP)  ## the tests that plan writes for public repositories, as a table (minutes, needs the network)
	@$(PY) tools/plan_field.py $(PLAN_FIELD)

bench-published: $(STAMP)  ## what the published skill's own tests notice, read from ../shared/seed (minutes)
	@$(PY) tools/bench_published.py $(PUBLISHED)

generated: $(STAMP)  ## what the tests that plan writes for the examples notice, unedited (about 20 minutes)
	@$(PY) tools/generated.py $(GENERATED)
