# One command per wish. Needs python3 (3.11 or newer), node (20 or newer) and make; everything else is installed into .venv.

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
CHECKED := app.py infra functions layers/csms/python/csms local tests

export PYTHONPATH := .:layers/csms/python
# The CDK's banner about Node 20's end of life says nothing new on every synthesis.
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION := 18,20

.PHONY: help run demo test check lint format synth build deploy payments bench clean

help: ## what there is
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 16

# uv is the one package pip installs, by the hash in requirements-dev.txt; uv installs the rest, by hash, too.
$(READY): requirements-dev.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@awk '/^uv==/ {p = 1; print; next} /^[^ ]/ {p = 0} p && /--hash/' requirements-dev.txt > .venv/uv.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r .venv/uv.txt
	@$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements-dev.txt
	@touch $@

node_modules/.package-lock.json: package.json package-lock.json
	npm ci --silent

run: $(READY) ## the whole system on this machine
	@$(BIN)/python -m local run

demo: $(READY) ## the whole system, with simulated chargers and a payment terminal at work
	@$(BIN)/python -m local demo

test: $(READY) ## all tests
	@$(BIN)/python -m pytest

conformance: $(READY) ## the cases of the OCPP compliance documents, by case id
	@$(BIN)/python -m tests.conformance

lint: $(READY) ## style, types and the rules between the rooms
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy $(CHECKED)
	$(BIN)/lint-imports

check: lint test ## everything the continuous integration checks

format: $(READY) ## put the style right
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

synth: $(READY) ## the CloudFormation templates, into cdk.out
	@CDK_OUTDIR=cdk.out $(BIN)/python app.py
	@echo "cdk.out: $$(cd cdk.out && ls *.template.json | tr '\n' ' ')"

build: $(READY) ## pack the Lambda code into build/lambda
	@$(BIN)/python -m infra.bundle

deploy: build node_modules/.package-lock.json ## deploy to the AWS account of the environment; CDK_ARGS="-c stage=prod …"
	npx --no-install cdk deploy --all -c packaged=true $(CDK_ARGS)

payments: $(READY) ## every failure of a payment session, for every pair of versions
	@$(BIN)/python -m tests.payments

bench: $(READY) ## measure the way of a frame
	@$(BIN)/python -m tests.performance.bench

clean: ## remove what was built; the virtual environment and the laptop's data stay
	rm -rf build cdk.out .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .local/assemblies
	find . -name __pycache__ -not -path './.venv/*' -not -path './node_modules/*' -prune -exec rm -rf {} +
