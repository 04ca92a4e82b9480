# The tasks of developers; `make help` lists them. Settings come from the environment or .env (see .env.example).
.DEFAULT_GOAL := help
.PHONY: help setup run test soak lint schema stack bench

PYTHON_OF_VENV := .venv/bin/python
RUNTIME := .venv/.runtime-installed
EVERYTHING := .venv/.everything-installed

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(EVERYTHING) ## make a virtual environment in .venv/ with the locked versions

run: $(RUNTIME) ## set up, make demo data in a new database of its own, serve on 127.0.0.1:PORT (8000)
	@$(PYTHON_OF_VENV) -m tools.run

test: $(EVERYTHING) ## run all checks and tests, on SQLite and on PostgreSQL with Redis; ARGS="-k name" selects
	@$(PYTHON_OF_VENV) -m tools.test $(ARGS)

soak: $(EVERYTHING) ## run the long forms of tests, for hours; SOAK_COMMANDS and PROOF_SEED configure them
	@$(PYTHON_OF_VENV) -m tools.test -m soak $(ARGS)

lint: $(EVERYTHING) ## check style, types, import directions, migrations and deployment settings
	@tools/lint.sh

schema: $(EVERYTHING) ## write docs/openapi.yaml again after a change of the API
	@DEBUG=true $(PYTHON_OF_VENV) manage.py spectacular --validate --fail-on-warn --file docs/openapi.yaml

stack: $(EVERYTHING) ## run PostgreSQL, Redis, web, worker and beat on this machine; data stay in var/stack/
	@$(PYTHON_OF_VENV) -m tools.stack

bench: $(EVERYTHING) ## compare this service's speed with other ways to do its work; ARGS="--scale small" is quick
	@$(PYTHON_OF_VENV) -m benchmarks $(ARGS)

$(EVERYTHING): requirements-dev.txt tools/setup.sh
	@tools/setup.sh requirements-dev.txt
	@touch $(EVERYTHING) $(RUNTIME)

$(RUNTIME): requirements.txt tools/setup.sh
	@tools/setup.sh requirements.txt
	@touch $(RUNTIME)
