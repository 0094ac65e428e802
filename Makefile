# The house's commands. They need Python 3.11 or newer and make; everything else is fetched by the lock.
# uv comes from PATH, else it is put into .uv by pip: neither root nor the distribution's venv package is needed.

PYTHON ?= python3
UV := $(shell command -v uv 2>/dev/null)
ifeq ($(UV),)
UV := .uv/bin/uv
UV_TARGET := $(UV)
endif

# uv does not read pip's variables: a network that names its index for pip only would be left without one.
ifdef PIP_INDEX_URL
ifndef UV_INDEX_URL
ifndef UV_DEFAULT_INDEX
export UV_DEFAULT_INDEX := $(PIP_INDEX_URL)
endif
endif
endif

# An environment that happens to be active must not be the one that is written to.
export VIRTUAL_ENV := $(CURDIR)/.venv

BIN := .venv/bin
STAMP := .venv/.stamp
METHODS := $(wildcard notebooks/methods/*.ipynb)

.DEFAULT_GOAL := drafts
.PHONY: drafts test lint lab bench peers refresh simulate soak lock clean

drafts: $(STAMP)
	$(BIN)/perfkit draft params/runs/demo params/runs/self-evaluation

test: lint
ifneq ($(METHODS),)
	$(BIN)/python -m pytest --nbval $(METHODS)
endif
	$(BIN)/python -m pytest

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

lab: $(STAMP)
	$(BIN)/jupyter lab notebooks

bench: $(STAMP)
	$(BIN)/python -m tests.benchmarks

# Peers clash with the pins of the project, so they live, and are timed, in an environment of their own.
peers: tests/benchmarks/peers.lock $(UV_TARGET)
	test -x .peers/bin/python || $(UV) venv --quiet --python ">=3.11,<3.13" .peers
	VIRTUAL_ENV=$(CURDIR)/.peers $(UV) pip sync --quiet tests/benchmarks/peers.lock
	.peers/bin/python tests/benchmarks/peers.py

refresh: $(STAMP)
	$(BIN)/jupyter nbconvert --to notebook --execute --inplace --log-level WARN \
		--ExecutePreprocessor.record_timing=False $(METHODS)
	$(BIN)/python -m tests.stored_notebooks $(METHODS)
	git --no-pager diff --stat -- notebooks/methods

# An hour or so on two cores; a run that was killed goes on where it stopped.
simulate: $(STAMP)
	OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 $(BIN)/python -m data.simulations.coverage
	OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 $(BIN)/python -m data.simulations.handling

soak: $(STAMP)
	$(BIN)/python -m pytest -m soak

lock: $(UV_TARGET)
	$(UV) pip compile --quiet --universal --python-version 3.11 --no-emit-index-url --no-emit-find-links --no-header \
		--extra dev pyproject.toml -o requirements.lock

clean:
	rm -rf .venv .uv .peers .mypy_cache .pytest_cache .ruff_cache .hypothesis

# The project itself is built with the hatchling of the lock, so this last step asks no index for anything.
$(STAMP): requirements.lock pyproject.toml $(UV_TARGET)
	test -x $(BIN)/python || $(UV) venv --quiet .venv
	$(UV) pip sync --quiet --compile-bytecode requirements.lock
	$(UV) pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

.uv/bin/uv:
	$(PYTHON) -m pip install --quiet --upgrade --target .uv uv
