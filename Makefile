# make demo   what it reads in the five seed records, as tables
# make test   ruff, mypy, pytest
# make serve  the HTTP service and its page on http://127.0.0.1:8000
# make lock   write constraints.txt anew (needs the network)
# Needs Python 3.10, 3.11 or 3.12 with venv; another one: make PYTHON=/path/to/python demo

SUITABLE := import sys, venv, ensurepip; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 12))
CANDIDATES := python3.11 python3.12 python3.10 python3 python $(wildcard $(HOME)/.pyenv/versions/3.1[012]*/bin/python3)
PYTHON ?= $(shell for p in $(CANDIDATES); do $$p -c '$(SUITABLE)' >/dev/null 2>&1 && { echo $$p; break; }; done)
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
UV := uv==0.13.9

.PHONY: demo test lint serve lock clean

demo: .venv/ready
	$(BIN)/extractor show annotations/seeds/*.txt

test: lint
	$(BIN)/python -m pytest -n auto

lint: .venv/ready-dev
	$(BIN)/ruff check .
	$(BIN)/mypy

serve: .venv/ready
	$(BIN)/extractor serve

.venv/ready: pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "No Python 3.10 to 3.12 with venv found (Debian: apt install python3-venv). Name one: make PYTHON=..." >&2; exit 1; }
	@echo "Setting up .venv with $(PYTHON): about two minutes, once."
	$(PYTHON) -m venv --clear .venv
	$(PIP) --editable .
	@touch $@

.venv/ready-dev: .venv/ready
	$(PIP) --editable '.[dev]'
	@touch $@

lock: .venv/ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $(UV)
	UV_PYTHON_DOWNLOADS=never $(BIN)/uv pip compile pyproject.toml --all-extras --universal --python-version 3.10 \
		--no-annotate --quiet --upgrade --custom-compile-command 'make lock' --output-file constraints.txt

clean:
	rm -rf .venv build dist *.egg-info
