# Everything a person or a build machine does here goes through these targets. `make help` lists them.
# A fresh machine needs make and Python 3.11 or newer with venv; the first target that needs more installs it in .venv.

.DEFAULT_GOAL := help
SHELL := /bin/sh
MAKEFLAGS += --no-print-directory
.DELETE_ON_ERROR:

PYTHON ?= python3
VENV := .venv
PROCESSES ?= auto
IN_VENV := $(VENV)/bin/python
# Tests start hundreds of Python processes: each would compile everything again where bytecode may not be kept.
unexport PYTHONDONTWRITEBYTECODE

##@ Run

.PHONY: run
run: .run-environment ## Start everything in one process on http://127.0.0.1:8000 (PORT=8080 for another port)
	@exec $(IN_VENV) -m deploy.embedded

.PHONY: demo
demo: .run-environment ## Drive the whole journey against what runs (BASE_URL=, MAILBOX_URL=)
	@exec $(IN_VENV) -m deploy.demo

.PHONY: secrets
secrets: .run-environment ## Draw the stack's secrets that are missing, as files (ROTATE=quoting.bus: one anew)
	@$(IN_VENV) -m deploy.stack secrets $(ROTATE)

.PHONY: up
up: .run-environment ## Build and start the compose stack on https://localhost:8443, or roll one service (SERVICE=quoting)
	@$(IN_VENV) -m deploy.stack up $(SERVICE)

.PHONY: down
down: .run-environment ## End the compose stack; its data stay (VOLUMES=1 forgets them)
	@$(IN_VENV) -m deploy.stack down $(if $(VOLUMES),--volumes)

##@ Prove

.PHONY: check
check: .test-environment ## Formatting, lint, types, imports, contracts up to date
	$(IN_VENV) -m ruff format --check .
	$(IN_VENV) -m ruff check .
	$(IN_VENV) -m deploy.tools.types
	$(IN_VENV) -m deploy.tools.imports
	$(IN_VENV) -m deploy.tools.contracts --check
	$(IN_VENV) -m deploy.tools.stack_files

.PHONY: test
test: .test-environment ## Run the tests (service=quoting or T=tests/journeys narrows; ARGS= for pytest; SERVERS=docker; PROCESSES=1)
	@mkdir -p var
	$(if $(SERVERS),TEST_SERVERS=$(SERVERS) )$(IN_VENV) -m pytest -n $(PROCESSES) --dist loadfile --junitxml=var/test-results.xml $(ARGS) $(or $(T),$(if $(service),tests/services/$(service),tests))

.PHONY: bench
bench: .bench-environment ## Measure against peers, hold the limits, write var/bench.json (NAME=event_latency_p50_ms: one)
	@$(IN_VENV) -m tests.load $(NAME)

.PHONY: screenshots
screenshots: .test-environment ## Photograph every page in its states, desk and phone, to var/screenshots (NAME=member-home: one)
	@$(IN_VENV) -m tests.screens $(NAME)

.PHONY: faults
faults: .test-environment ## Journeys while every process is killed in turn, then compare (SECONDS=120, ABLATE=confirms|outbox|ack|inbox)
	@$(foreach name,SECONDS ABLATE SEED RATE KEEP,$(if $($(name)),$(name)=$($(name)) ))$(IN_VENV) -m tests.faults

.PHONY: stack-test
stack-test: .test-environment ## Prove the compose stack, with Docker (NAMES="starts returns doors roll wait kill", KEEP=1)
	@$(foreach name,NAMES KEEP,$(if $($(name)),$(name)="$($(name))" ))$(IN_VENV) -m tests.stack

.PHONY: features
features: .test-environment ## Rows of tests/features.csv proven and missing per service, also in var/features.json
	@$(IN_VENV) -m deploy.tools.features

##@ Work

.PHONY: format
format: .test-environment ## Rewrite the sources as the formatter and the safe lint fixes want them
	$(IN_VENV) -m ruff format .
	$(IN_VENV) -m ruff check --fix .

.PHONY: contracts
contracts: .test-environment ## Write OpenAPI, event schemas and goldens, AsyncAPI, docs/events.md (rewrite=TYPE: not out yet)
	$(IN_VENV) -m deploy.tools.contracts $(foreach type,$(rewrite),--rewrite $(type))

.PHONY: new-service
new-service: .test-environment ## Make a working service by copying the smallest (name=x)
	$(IN_VENV) -m deploy.tools.new_service $(name)

.PHONY: lock
lock: .test-environment ## Pin in requirements.lock what .venv holds of the declared dependencies
	$(IN_VENV) -m deploy.tools.lock

.PHONY: clean
clean: ## Remove the environment, the caches and everything under var/, demonstration data included
	rm -rf $(VENV) var .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: help
help: ## This page
	@awk 'BEGIN { FS = ":.*## " } \
	  /^##@ / { printf "\n%s\n", substr($$0, 5) } \
	  /^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# They return at once when the environment already holds what the manifests and the lock ask for.
.PHONY: .run-environment .test-environment .bench-environment
.run-environment:
	@$(PYTHON) -m deploy.tools.install run
.test-environment:
	@$(PYTHON) -m deploy.tools.install run test
.bench-environment:
	@$(PYTHON) -m deploy.tools.install run test bench
