# Haemaru. Two commands to begin with: `make demo` shows it, `make test` proves it.
# Needs make and Python 3.11 or later; everything else is installed into .venv at the first call.

# Another Python: make PYTHON=/path/to/python3.12 test
export PYTHON

.DEFAULT_GOAL := help
.PHONY: demo demo-real test check campaign fuzz help fmt docs-test ui constraints clean setup setup-test

demo: setup ## two agencies on this machine, with invented ships; prints the addresses of both consoles
	@.venv/bin/haemaru demo

demo-real: setup ## the same with an hour of real ship traffic (New York harbour; fetched once, 70 MB)
	@.venv/bin/haemaru demo --feed "$$(.venv/bin/python tools/fetch_real.py)"

test: setup-test ## every test, then every example in the documents
	@failed=0; \
	.venv/bin/pytest -q -p no:randomly README.md $(wildcard PROTOCOL.md) docs || failed=1; \
	.venv/bin/pytest -q tests || failed=1; \
	exit $$failed

check: setup-test ## style, types, floors, then all tests: what must hold before a commit
	@.venv/bin/ruff format --check -q .
	@.venv/bin/ruff check -q .
	@.venv/bin/mypy
	@.venv/bin/lint-imports
	@$(MAKE) --no-print-directory test

campaign: setup-test ## 1,000 faults between two nodes: FAULTS=60 for a short one, SEED=7 for the same one again
	@.venv/bin/python -m tests.journeys.campaign --faults $(or $(FAULTS),1000) $(if $(SEED),--seed $(SEED))

fuzz: setup-test ## every parser under a fuzzer for SECONDS=60 in all
	@.venv/bin/python -c 'import atheris' 2>/dev/null || .venv/bin/python -m pip install -qq --no-input -c constraints.txt atheris
	@.venv/bin/python -m tests.fuzz --seconds $(or $(SECONDS),60)

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

fmt: setup-test ## put the code into the house's format
	@.venv/bin/ruff format -q .
	@.venv/bin/ruff check -q --fix .

docs-test: setup-test ## only the examples in the documents (in their order)
	@.venv/bin/pytest -q -p no:randomly README.md $(wildcard PROTOCOL.md) docs

ui: setup ## build the web assets again
	@.venv/bin/python -m haemaru.web.build

constraints: setup-test ## pin what .venv holds now into constraints.txt
	@.venv/bin/python tools/pin.py

clean: ## remove .venv and everything built; your nodes' homes stay
	@rm -rf .venv build dist node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@rm -rf src/haemaru/web/static/vendor src/haemaru/web/static/basemap
	@find src tests -name __pycache__ -type d -prune -exec rm -rf {} +

setup:
	@sh tools/setup.sh run

setup-test:
	@sh tools/setup.sh test
