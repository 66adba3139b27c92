# Everything a clone needs: `make run` opens the window, `make test` runs the tests.
# Both build .venv first and bring it up to date when the pins change.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PINS := -c requirements.txt -c requirements-simulator.txt -c requirements-dev.txt
PINNED := pyproject.toml requirements.txt requirements-simulator.txt requirements-dev.txt
SOURCES := hue_desktop tests resources
TYPED := hue_desktop/core hue_desktop/adapters hue_desktop/services hue_desktop/simulator
PYTEST_ARGS ?= -n 3 --dist loadfile --max-worker-restart=0
AGAIN ?=
# Compile each module once: the tests start hundreds of processes of ours.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help setup run tour test test-slow test-real check format bench clean
help:
	@echo "make run        open the window (without a screen: take the tour)"
	@echo "make test       run the tests"
	@echo "make check      format, lint, types, layers"
	@echo "make test-slow  the long fault tests"
	@echo "make test-real  the contract suites over a real HDFS, OpenSSH and S3 server"
	@echo "make bench      the benchmarks, each a ratio against a peer"
	@echo "make tour       pictures of every page into ./tour"

$(VENV)/.system: packaging/system-packages.sh
	@sh packaging/system-packages.sh
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Hue Desktop needs Python 3.11 or newer; say which with: make PYTHON=python3.12 …"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.run: $(VENV)/.system $(PINNED)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $(PINS) --editable '.[simulator,preview]'
	@touch $@

$(VENV)/.dev: $(VENV)/.run $(PINNED)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $(PINS) --editable '.[simulator,preview,dev]'
	@touch $@

setup: $(VENV)/.dev

run: $(VENV)/.run
	@if [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ] || [ "$$(uname -s)" = Darwin ] || [ -n "$$WINDIR" ]; then \
	  exec $(BIN)/hue-desktop; \
	else \
	  echo "No screen here, so the tour is taken instead: pictures of every page."; \
	  $(BIN)/hue-desktop tour tour && echo "The pictures are in ./tour; start with tour/index.html"; \
	fi

tour: $(VENV)/.run
	$(BIN)/hue-desktop tour tour

test: $(VENV)/.dev
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest $(PYTEST_ARGS) $(AGAIN) -m "not slow and not real"

test-slow: $(VENV)/.dev
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest $(PYTEST_ARGS) $(AGAIN) -m "slow and not real"

# `real-hadoop` starts HDFS, the Hive metastore and OpenSSH on loopback (CONTRIBUTING.md).
test-real: $(VENV)/.dev
	@command -v real-hadoop >/dev/null || \
	  { echo "make test-real needs the command real-hadoop on the PATH (CONTRIBUTING.md)"; exit 1; }
	real-hadoop install
	QT_QPA_PLATFORM=offscreen real-hadoop run hdfs sshd -- $(BIN)/python -m pytest $(AGAIN) -m real

check: $(VENV)/.dev
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/mypy $(TYPED)
	$(BIN)/lint-imports

format: $(VENV)/.dev
	$(BIN)/ruff format $(SOURCES)
	$(BIN)/ruff check --fix $(SOURCES)

bench: $(VENV)/.dev
	@for file in tests/benchmarks/[a-z]*.py; do \
	  name=$$(basename $$file .py); echo "== $$name"; \
	  QT_QPA_PLATFORM=offscreen $(BIN)/python -m tests.benchmarks.$$name || exit 1; \
	done

clean:
	rm -rf $(VENV) tour build dist .mypy_cache .ruff_cache .import_linter_cache .hypothesis .pytest_cache
