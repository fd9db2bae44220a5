# Two commands matter: `make run` and `make test`. Both set up whatever is missing on a fresh Debian machine.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PY := .venv/bin/python
export HOST ?= 127.0.0.1
export PORT ?= 8000

.PHONY: help run serve test check demo bench lock vendor messages docs clean

help: ## Say what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 12

.venv/run.stamp: requirements/run.lock requirements/uv.lock
	@scripts/sysdeps.sh run
	@test -x $(PY) || python3 -m venv .venv
	@$(PY) -m pip install -q --require-hashes -r requirements/uv.lock
	@.venv/bin/uv pip install -q --compile-bytecode --require-hashes -r requirements/run.lock
	@touch $@

.venv/dev.stamp: requirements/dev.lock .venv/run.stamp
	@scripts/sysdeps.sh test
	@.venv/bin/uv pip install -q --compile-bytecode --require-hashes -r requirements/dev.lock
	@touch $@

run: .venv/run.stamp ## Set up everything and serve on http://127.0.0.1:8000 (HOST, PORT) with a telling demo
	@[ "$$SUNSEAL_MODE" = production ] || export SUNSEAL_DEMO=$${SUNSEAL_DEMO:-1}; exec $(PY) -m scripts.serve

test: .venv/dev.stamp ## Set up everything and run the whole suite: SQLite, PostgreSQL, Chromium
	@$(PY) -m pytest -n 3 --dist worksteal
	@$(PY) -m pytest -n 3 --dist worksteal --engine postgresql

check: .venv/dev.stamp ## Lint and type check
	@$(PY) -m ruff check .
	@$(PY) -m mypy

demo: .venv/dev.stamp ## Play the whole story headless on a throw-away instance; DEMO_OUT=dir keeps its papers
	@$(PY) -m scripts.demo

bench: .venv/dev.stamp ## Print measured figures as JSON lines, each beside what it is measured against
	@$(PY) -m scripts.bench

lock: .venv/run.stamp ## Pin the newest versions that fit, with a hash for each file
	@for part in uv run dev; do .venv/bin/uv pip compile -q --universal --upgrade --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-annotate --custom-compile-command "make lock" requirements/$$part.in -o requirements/$$part.lock; done

vendor: ## Bundle the browser's libraries into static/ (needs Node)
	@scripts/vendor.sh

messages: .venv/dev.stamp ## Collect new sentences into translations/
	@scripts/messages.sh

docs: .venv/dev.stamp ## Print the generated pages of docs/ anew
	@$(PY) -m scripts.print_docs

clean: ## Remove the environment and the instance of `make run`
	rm -rf .venv instance build
