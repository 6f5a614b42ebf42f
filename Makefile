# Two commands: `make run` and `make test`. Everything else is for whoever works on Salname.
# Python 3.11 or newer and make are needed; uv is fetched if it is not there.

UV_HOME := .uv
UV := $(shell command -v uv 2>/dev/null || echo $(UV_HOME)/bin/uv)
RUN := $(UV) run --frozen --no-sync
DATA ?= salname-data
PORT ?= 8000
TIMELINEJS := 3.9.11

.DEFAULT_GOAL := help
.PHONY: help install run test lint format browser bench torture clean

help: ## Show what there is
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

$(UV_HOME)/bin/uv:
	python3 -m venv $(UV_HOME)
	$(UV_HOME)/bin/python -m pip install --quiet --disable-pip-version-check uv

install: .venv/.installed ## Install everything into .venv

.venv/.installed: pyproject.toml uv.lock | $(if $(filter $(UV_HOME)/%,$(UV)),$(UV))
	$(UV) sync --frozen --compile-bytecode
	@touch $@

run: install ## Ingest the bundled example and serve everything at http://127.0.0.1:8000
	$(RUN) salname ingest examples/congress/0* --chronology congress --data $(DATA)
	$(RUN) salname serve --data $(DATA) --port $(PORT)

test: install ## Run every test; servers that tests need are started by the tests
	$(RUN) pytest -n auto --dist loadfile --no-loadscope-reorder

lint: install ## Check formatting, lint, types, imports and dependencies
	$(RUN) ruff format --check .
	$(RUN) ruff check .
	$(RUN) mypy
	$(RUN) lint-imports
	$(RUN) deptry .

format: install ## Format the code and mend what can be mended
	$(RUN) ruff format .
	$(RUN) ruff check --fix .

browser: .cache/timelinejs ## Install what the browser tests need: a Chromium (Debian and Ubuntu; asks for root), TimelineJS by npm
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || \
	  ( if [ "$$(id -u)" = 0 ]; then SUDO=; else SUDO=sudo; fi; \
	    $$SUDO apt-get update -qq && DEBIAN_FRONTEND=noninteractive $$SUDO apt-get install -y -qq --no-install-recommends chromium )

# TimelineJS reads our export in the tests. It is under the MPL, and no part of Salname: it stays out of the tree, and out of what we give away.
.cache/timelinejs:
	@if command -v npm >/dev/null; then \
	  rm -rf $@.new && mkdir -p $@.new && (cd $@.new && npm pack --silent @knight-lab/timelinejs@$(TIMELINEJS) >/dev/null) && \
	  tar -xzf $@.new/*.tgz -C $@.new --strip-components=1 && rm $@.new/*.tgz && mv $@.new $@; \
	else echo "There is no npm: the test of the TimelineJS export in TimelineJS itself is skipped, or fails where CI is set."; fi

bench: install ## Run the benchmarks beside their peers (see benchmarks/README.md); takes about an hour
	$(UV) sync --frozen --compile-bytecode --group bench
	for name in main_job dates log_append log_read log_proof log_verify log_loss http_ingest rebuild query_time; do $(RUN) python -m benchmarks.$$name || exit 1; done

torture: install ## Put the log of each database to torture for a million events; takes half an hour
	$(RUN) python -m tests.torture

clean: ## Remove the environment and the caches, not the data
	rm -rf .venv $(UV_HOME) .cache .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
