# Every target sets up what it needs, so `make demo` and `make test` work on a fresh clone. The second time the
# set-up only looks. ARGS goes through to the command: make run ARGS="--site https://staging.example.test -n 2"

PYTHON ?= python3
BIN := .venv/bin
ARGS ?=
WORKERS ?= 4
CODE := $(wildcard src demo journeys steps fixtures tests bench tools conftest.py)

# A run starts many processes; where nothing compiled may be kept, each would compile everything anew.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help setup python fmt lint type test demo run nightly report bench docs clean

help: ## What there is
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

setup: ## Everything the tests and the demo need; says in a line what it could not get
	@$(PYTHON) tools/setup.py

python:
	@$(PYTHON) tools/setup.py python

fmt: python ## Format the code and mend what can be mended by itself
	$(BIN)/ruff format $(CODE)
	$(BIN)/ruff check --fix $(CODE)

lint: python ## Style, format, which part may import which; and features above the waterline
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/lint-imports --no-logo
	$(BIN)/upheld lint

type: python ## Strict types
	$(BIN)/mypy

test: setup ## The whole test suite, under 10 minutes on two cores
	$(BIN)/pytest tests -n $(WORKERS) --dist worksteal --timeout 180 $(ARGS)

demo: ## Walk the journeys of the demo business; ends with the report's path
	@$(PYTHON) tools/setup.py python browser
	$(BIN)/upheld demo $(ARGS)

run: ## Walk the journeys of the site in [tool.upheld]
	@$(PYTHON) tools/setup.py python browser
	$(BIN)/upheld run $(ARGS)

nightly: ## Settle what earlier nights left open, then walk all journeys
	@$(PYTHON) tools/setup.py python browser
	@settled=0; $(BIN)/upheld settle || settled=$$?; \
	$(BIN)/upheld run $(ARGS) && exit $$settled

report: python ## Write the last run's report again
	$(BIN)/upheld report $(ARGS)

bench: setup ## What a clean run costs, and fifty of them in a row
	$(BIN)/python -m bench $(ARGS)

docs: python ## Write the reference from the code, and check the docs
	$(BIN)/python tools/reference.py
	$(BIN)/pytest tests/test_docs.py -q $(ARGS)

clean: ## Take away what was built; .upheld/ (ledger, evidence) and .tools/ stay
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist build test-results
	find . -name __pycache__ -not -path './.tools/*' -prune -exec rm -rf {} +
