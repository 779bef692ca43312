# Every target works on a fresh clone; Python 3.11 or newer, make and git are all it needs.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test check bench faults mutants node lock clean

demo: .venv/.demo
	DEMO=1 $(BIN)/python -m app.demo

test: .venv/.dev
	$(BIN)/python -m pytest -n 2

check: .venv/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/djlint --quiet --lint --check templates

bench: .venv/.dev
	$(BIN)/python -m bench

mutants: .venv/.dev
	$(BIN)/mutmut run
	$(BIN)/mutmut results

faults: .venv/.dev
	$(BIN)/python -m faults

.venv/.demo: requirements.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	touch $@

.venv/.dev: requirements-dev.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	touch .venv/.demo $@

node: node/node_modules/.installed

node/node_modules/.installed: node/package-lock.json
	cd node && npm ci --silent --no-audit --no-fund
	touch $@

lock:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header pyproject.toml -o requirements.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --extra dev pyproject.toml -o requirements-dev.txt

clean:
	rm -rf .venv
