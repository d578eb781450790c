# Every check and every way to run Binnacle has one definition: a target here, which CI and pre-commit call.
.DEFAULT_GOAL := help
SHELL := /bin/sh
MAKEFLAGS += --no-print-directory

BIN := $(CURDIR)/.venv/bin
WEB := services/dashboard/web
# .venv/bin first, so that what needs a node finds the one that the set-up installed where the machine had none
NPM := PATH="$(BIN):$$PATH" npm --silent --prefix $(WEB)
PYTEST := $(BIN)/python -m pytest
# they mostly wait for processes and the clock; what one file shares is made once
AT_ONCE := -n 3 --dist loadfile
COMPILE := $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate \
  --custom-compile-command 'make lock' --no-emit-package binnacle-kit $(if $(UPGRADE),--upgrade)
SERVICES := agent tracker dashboard

.PHONY: help
help: ## Say what there is
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

##

.PHONY: setup
setup: ## Make the checkout ready to run: packages, Node if missing, the page (again only what changed)
	@scripts/setup run

.PHONY: setup-test
setup-test: ## The same, and what the checks and tests need
	@scripts/setup test

.PHONY: run
run: setup ## Start the three services and print a login link; Ctrl-C stops them
	@exec $(BIN)/python -m scripts.supervisor run

.PHONY: start
start: ## Start one that was stopped: make start S=agent
	@$(BIN)/python -m scripts.supervisor start $(S)

.PHONY: restart
restart: ## Restart one service, or without S= all three: make restart S=agent
	@$(BIN)/python -m scripts.supervisor restart $(S)

.PHONY: stop
stop: ## Stop `make run`, or one service until it is started again: make stop S=agent
	@$(BIN)/python -m scripts.supervisor stop $(S)

.PHONY: check
check: setup-test check-python check-web ## Format, lint, types and architecture, Python and page

.PHONY: check-python
check-python: setup-test
	@$(BIN)/ruff format --check --quiet . || { echo "run: make fmt" >&2; exit 1; }
	@$(BIN)/ruff check --quiet .
	@PATH="$(BIN):$$PATH" $(BIN)/pyright --warnings
	@$(BIN)/lint-imports
	@$(PYTEST) -q tests/architecture

.PHONY: check-web
check-web: setup-test
	@$(NPM) run check

.PHONY: test
test: test-python test-web test-browser ## All tests but those on containers and the conformance suite

.PHONY: test-python
test-python: setup-test ## Unit, API and contract tests; some of them: make test-python T=tests/kit
	@$(PYTEST) $(or $(T),tests --ignore=tests/e2e --ignore=tests/browser $(AT_ONCE))

.PHONY: conformance
conformance: setup-test ## The public MCP conformance suite, client side, for both eras; some: make conformance T='2026-07-28 tools_call'
	@$(BIN)/python tests/conformance $(T)

.PHONY: test-web
test-web: setup-test ## The page's units, in Node's test runner
	@$(NPM) test

.PHONY: test-browser
test-browser: setup-test ## The page in a real browser, against real services
	@$(PYTEST) tests/browser

.PHONY: e2e
e2e: setup-test ## Build the images and test the composed system (needs a Docker engine)
	@$(PYTEST) tests/e2e

.PHONY: bench
bench: setup-test ## Measure against the bars of the design, side by side with what they are set against
	@$(BIN)/python -m bench

.PHONY: lock
lock: setup ## Pin all packages anew after a change of a pyproject.toml; newest of all: make lock UPGRADE=1
	@$(COMPILE) libs/kit/pyproject.toml $(SERVICES:%=services/%/pyproject.toml) \
	  --group build --group dev -o requirements/dev.lock
	@$(COMPILE) --group build -c requirements/dev.lock -o requirements/build.lock
	@$(COMPILE) --group node -o requirements/node.lock
	@for name in $(SERVICES); do \
	  $(COMPILE) services/$$name/pyproject.toml -c requirements/dev.lock -o services/$$name/requirements.lock || exit 1; \
	done

.PHONY: fmt
fmt: setup-test ## Put all code into its one form
	@$(BIN)/ruff check --quiet --fix-only .
	@$(BIN)/ruff format --quiet .
	@$(NPM) run fmt
