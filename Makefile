# What developers do here; `make help` says it. Settings come from the environment or .env (see .env.example).
.DEFAULT_GOAL := help
.PHONY: help setup run test soak lint schema stack bench

PYTHON_OF_VENV := .venv/bin/python
RUNTIME := .venv/.runtime-installed
EVERYTHING := .venv/.everything-installed

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(EVERYTHING) ## a virtual environment in .venv/ from the hashed lock

run: $(RUNTIME) ## set up, make demo data in a new database of its own, serve on 127.0.0.1:PORT (8000)
	@$(PYTHON_OF_VENV) -m tools.run

test: $(EVERYTHING) ## every check and test, on SQLite and on real PostgreSQL and Redis; ARGS="-k name"
	@$(PYTHON_OF_VENV) -m tools.test $(ARGS)

soak: $(EVERYTHING) ## the long forms of tests, for hours; SOAK_COMMANDS, PROOF_SEED
	@$(PYTHON_OF_VENV) -m tools.test -m soak $(ARGS)

lint: $(EVERYTHING) ## style, types, import directions, migrations, deployment checks
	@tools/lint.sh

schema: $(EVERYTHING) ## docs/openapi.yaml anew, after a change of the API
	@DEBUG=true $(PYTHON_OF_VENV) manage.py spectacular --validate --fail-on-warn --file docs/openapi.yaml

stack: $(EVERYTHING) ## PostgreSQL, Redis, web, worker and beat on this machine; data in var/stack/
	@$(PYTHON_OF_VENV) -m tools.stack

bench: $(EVERYTHING) ## this service against the same work done otherwise, both measured here; ARGS="--scale small"
	@$(PYTHON_OF_VENV) -m benchmarks $(ARGS)

$(EVERYTHING): requirements-dev.txt tools/setup.sh
	@tools/setup.sh requirements-dev.txt
	@touch $(EVERYTHING) $(RUNTIME)

$(RUNTIME): requirements.txt tools/setup.sh
	@tools/setup.sh requirements.txt
	@touch $(RUNTIME)
