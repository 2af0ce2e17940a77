# Checkout Lab. `make` lists what there is.
.DEFAULT_GOAL := help
.SUFFIXES:
# Tests start some hundred programs in Python, each of which would compile its modules anew.
unexport PYTHONDONTWRITEBYTECODE

INSTALLED := .venv/.installed
LAB := .venv/bin/lab
RUFF := .venv/bin/ruff
PYTEST := .venv/bin/pytest
# Quick suites first: what is broken shows early.
TEST_SUITES := unit contract integration browser terraform e2e notebooks chaos
# Half of the time is waiting: for Terraform's provider, for retries, for time-outs.
SIDE_BY_SIDE := --dist=loadgroup --no-loadscope-reorder --numprocesses
PRESENT := $(wildcard $(TEST_SUITES:%=tests/%))
EMULATOR_TESTS := cd emulator && .venv/bin/pytest --dist=loadfile --numprocesses 4 --durations=5

.PHONY: help install demo up down test test-all emulator coverage lessons-html test-docker test-portable $(TEST_SUITES) conformance fidelity plain plans docs screenshots catalogue-time security audit-dependencies lint format

help: ## Lists the targets
	@awk -F ':.*## ' '/^[a-z$$][^:]*:.*## / { printf "  %-12s %s\n", $$1, $$2 }' Makefile

install: $(INSTALLED) ## Installs everything into .venv (the other targets do it when needed)

$(INSTALLED): pyproject.toml uv.lock functions/pyproject.toml functions/uv.lock emulator/pyproject.toml emulator/uv.lock .python-version $(wildcard scripts/install*.sh) lab/deploy/post_install.py
	@scripts/install.sh
	@touch $@

demo: $(INSTALLED) ## Starts everything, places real orders, shows their way; leaves it running
	@$(LAB) demo

up: $(INSTALLED) ## Starts the emulator, with everything that was in it
	@$(LAB) up

down: $(INSTALLED) ## Stops the emulator, and keeps what is in it
	@$(LAB) down

test: $(INSTALLED) ## Tests of every kind, in some minutes; says what it left to `make test-all`
	@$(PYTEST) $(PRESENT) $(SIDE_BY_SIDE) 4 -m "not exhaustive"
	@$(EMULATOR_TESTS) -m "not exhaustive"

test-all: $(INSTALLED) ## The tests that take long, which `make test` leaves out; then what needs Docker
	@$(PYTEST) $(PRESENT) $(SIDE_BY_SIDE) 4 -m exhaustive
	@$(EMULATOR_TESTS) -m exhaustive
	@$(MAKE) --no-print-directory test-portable audit-dependencies
	@scripts/test-docker.sh --if-possible

lessons-html: $(INSTALLED) ## Runs the lessons, solutions included, and writes them as web pages
	@$(LAB) lessons-html

test-docker: $(INSTALLED) ## Tests Docker Compose and testcontainers; on Debian, root gets the engine too
	@scripts/test-docker.sh

test-portable: $(INSTALLED) ## Tests functions and an order without what only Linux has, as on macOS
	@cd emulator && LOCALSTACK_HOST_PORTABLE=1 .venv/bin/pytest --dist=loadfile --numprocesses 2 \
		tests/integration/test_portable_mode.py tests/integration/test_lambda*.py \
		tests/integration/test_reaper.py
	@LAB_PORTABLE=1 $(PYTEST) tests/e2e/test_placing_orders.py

unit: $(INSTALLED) ## Tests of the rules and the use cases, without a network
	@$(PYTEST) tests/unit

coverage: $(INSTALLED) ## Which lines and branches the unit tests reach
	@$(PYTEST) tests/unit --cov --cov-report=term:skip-covered

contract: $(INSTALLED) ## The same tests on the fakes and on the DynamoDB adapters
	@$(PYTEST) tests/contract

integration: $(INSTALLED) ## Tests of each part on the emulator
	@$(PYTEST) tests/integration

emulator: $(INSTALLED) ## Tests of the emulator, a project of its own, and of its DynamoDB engine
	@$(EMULATOR_TESTS)

conformance: $(INSTALLED) ## Suites of others on the emulator: make conformance SUITES=folder,address ONLY=events
	@PYTHONPATH=emulator emulator/.venv/bin/python -m conformance "$(SUITES)" \
		$(if $(ONLY),--only "$(ONLY)") $(if $(ON),--on "$(ON)") $(if $(filter off,$(IAM)),--no-iam) \
		$(if $(ENDPOINT),--endpoint "$(ENDPOINT)") $(if $(STORE),--store)

fidelity: ## Writes emulator/FIDELITY.md from what `make conformance STORE=1` measured
	@cd emulator && .venv/bin/python -m conformance.fidelity

browser: $(INSTALLED) ## The shop, and websites that attack, in a real Chromium; on Debian, root gets it too
	@scripts/get-browser.sh
	@$(PYTEST) tests/browser

screenshots: $(INSTALLED) ## Photographs shop and machine room for the README (needs a running lab)
	@scripts/get-browser.sh
	@PYTHONPATH=. .venv/bin/python -m tests.browser.screenshots

catalogue-time: $(INSTALLED) ## Measures how soon the catalogue can be used (needs a running lab)
	@PYTHONPATH=. .venv/bin/python -m tests.browser.catalogue_time

terraform: $(INSTALLED) ## Tests of the Terraform modules
	@$(PYTEST) tests/terraform

e2e: $(INSTALLED) ## Tests of the whole checkout, through HTTP
	@$(PYTEST) tests/e2e

notebooks: $(INSTALLED) ## Tests of the lessons: their form, their links, and each one run twice
	@$(PYTEST) tests/notebooks $(SIDE_BY_SIDE) 2

plain: $(INSTALLED) ## The e2e tests again, on what plain `terraform apply` makes in another account
	@$(PYTEST) tests/e2e --plain

plans: $(INSTALLED) ## Stores anew what each environment would make (tests/terraform/plans)
	@.venv/bin/python -m lab.deploy.plans

docs: $(INSTALLED) ## Writes the generated parts of all pages anew
	@.venv/bin/python -m lab.docs.generated_pages

chaos: $(INSTALLED) ## The proof: races, faults in every state, killed functions, hostile requests
	@$(PYTEST) tests/chaos

security: $(INSTALLED) ## Looks for insecure settings: checkov in Terraform, zizmor and actionlint in workflows
	@$(PYTEST) tests/terraform/test_security_scan.py tests/unit/repository/test_workflow_scan.py

audit-dependencies: $(INSTALLED) ## Looks for known vulnerabilities in what ships to AWS and what runs here
	@.venv/bin/python -m lab.deploy.dependency_audit

lint: $(INSTALLED) ## Checks style, types, imports and Terraform's format
	$(RUFF) check .
	$(RUFF) format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	cd emulator && .venv/bin/ruff check . && .venv/bin/ruff format --check . && .venv/bin/mypy && .venv/bin/lint-imports
	terraform fmt -check -recursive terraform

format: $(INSTALLED) ## Puts Python and Terraform into shape
	$(RUFF) check --fix .
	$(RUFF) format .
	terraform fmt -recursive terraform
