TASK ?= digits
ARGS ?=
IMAGE ?= pipeline:$(VARIANT)
VARIANT ?= cpu
ENGINE ?=
PYTHON := .venv/bin/python
# A file's tests share their fixtures, so they stay together.
PYTEST := $(PYTHON) -m pytest --numprocesses=auto --maxprocesses=4 --dist=loadfile
LOCK := .venv/bin/uv pip compile --quiet --generate-hashes --no-header --no-annotate \
  --python-version 3.11 --python-platform x86_64-manylinux_2_28

.DEFAULT_GOAL := help
.PHONY: help setup run serve data test fast check format lock bench image flink-test

help:  ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo 'ARGS="..." goes to the command behind a target: make test ARGS="-k drift"'

setup:  ## Make .venv from requirements.lock, if it isn't there yet; every target does so
	@scripts/setup.sh

run: setup  ## Run a task's pipeline: make run TASK=digits
	@$(PYTHON) -m pipeline run $(TASK) $(ARGS)

serve: setup  ## Serve a task's pushed model here, as TF Serving does: make serve TASK=digits
	@$(PYTHON) -m pipeline serve $(TASK) $(ARGS)

data: setup  ## Fetch the data of a task: make data TASK=cifar10; ARCHIVE=PATH reads a file at hand
	@$(PYTHON) -m data.fetch $(TASK) $(if $(ARCHIVE),--archive "$(ARCHIVE)") $(ARGS)

test: setup  ## Run all tests
	@$(PYTEST) $(ARGS)

fast: setup  ## Run the tests that neither train a model nor run a pipeline
	@$(PYTEST) -m "not e2e and not training" $(ARGS)

flink-test: setup  ## Run Beam's nodes on Flink, and compare; needs Java and Maven
	@scripts/flink.sh
	@PIPELINE_FLINK="$(CURDIR)/build/flink" $(PYTHON) -m pytest tests/flink $(ARGS)

check: setup  ## Lint, and check the formatting
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m ruff format --check .

format: setup  ## Mend what lint and formatter can mend by themselves
	@$(PYTHON) -m ruff check --fix .
	@$(PYTHON) -m ruff format .

lock: setup  ## Bring the locks up to setup.py; ARGS=--upgrade takes newer versions
	@$(LOCK) $(ARGS) --extra dev --output-file requirements.lock setup.py
	@# Of the image: no tools, and libclang, which TensorFlow asks for, is imported by nobody.
	@printf '%s\n' libclang tensorflow | $(LOCK) --constraint requirements.lock \
	  --excludes /dev/stdin --output-file requirements-cpu.lock requirements-cpu.in setup.py
	@printf '%s\n' libclang | $(LOCK) --constraint requirements.lock \
	  --excludes /dev/stdin --output-file requirements-gpu.lock --extra gpu setup.py

image:  ## Build the image that Kubeflow runs: make image IMAGE=registry.example.com/pipeline:1.0
	@IMAGE="$(IMAGE)" VARIANT="$(VARIANT)" ENGINE="$(ENGINE)" scripts/image.sh $(ARGS)

bench: setup  ## Run every benchmark; each prints a table, then a line of JSON
	@for benchmark in $(wildcard benchmarks/[a-z]*.py); do $(PYTHON) $$benchmark $(ARGS) || exit; done
