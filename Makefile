# Each target does the set-up that it needs: a virtual environment in .venv, with what the lock in requirements/ says.

MAKEFLAGS += --no-builtin-rules --no-print-directory
.DEFAULT_GOAL := help
.PHONY: help install demo run test one check format bench chaos compose-test screenshots migration schemas lock clean

# The first Python that is new enough; `make PYTHON=… demo` takes another.
NEW_ENOUGH = import sys; sys.exit(sys.version_info < (3, 11))
PYTHON = $(shell for it in python3.13 python3.12 python3.11 python3 python; do \
	$$it -c '$(NEW_ENOUGH)' >/dev/null 2>&1 && echo $$it && break; done)
VENV = .venv/bin/python
# What runs the compose file on a machine without an engine, for `make compose-test`.
LAB = ../shared/tools/container-lab
# Options for the command: `make demo ARGS=--exit`, `make test ARGS="-k billing"`.
ARGS =
# What `make one` runs, and what `make migration` writes.
TEST =
SERVICE =
NAME =
POST =

help:  ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-20s %s\n", $$1, $$2 }'

install: .venv/run.stamp  ## Make .venv, with the command line in it: .venv/bin/kulturskole

demo: .venv/run.stamp  ## Play the programme 2024–2025 on this machine (ARGS=--exit: end after the summary)
	@$(VENV) -m deploy.cli demo $(ARGS)

run: .venv/run.stamp  ## Run the four services and the pages on this machine, until Ctrl-C
	@$(VENV) -m deploy.cli up $(ARGS)

test: .venv/dev.stamp  ## Run all tests (ARGS="-k billing": some of them)
	@$(VENV) -m pytest -n auto --dist worksteal $(ARGS)

one: .venv/dev.stamp  ## Run few tests, quickly: TEST=tests/unit/billing, TEST=…/test_kid.py::test_…, TEST="kid or series"
	@$(VENV) -m pytest -q $(if $(findstring /,$(TEST)),,-k) "$(or $(TEST),$(error Say which: make one TEST=tests/unit/billing))"

check: .venv/dev.stamp  ## Check the code: ruff, its format, mypy, the walls between packages
	@.venv/bin/ruff check
	@.venv/bin/ruff format --check
	@.venv/bin/mypy
	@.venv/bin/lint-imports

format: .venv/dev.stamp  ## Format the code, and mend what ruff can
	@.venv/bin/ruff check --fix
	@.venv/bin/ruff format

bench: .venv/dev.stamp  ## Measure, against floors measured in the same run (ARGS="billing": some of it)
	@$(VENV) -m tests.bench.run $(ARGS)

chaos: .venv/dev.stamp  ## Play a programme while everything fails, for a while (ARGS="--help": options)
	@$(VENV) -m tests.chaos.run $(ARGS)

compose-test: .venv/dev.stamp  ## Run docker-compose.yml for real and play the demo on it (LAB=… where no engine answers)
	@LAB=$(LAB) $(VENV) -m pytest -q tests/containers/check_compose.py $(ARGS)

screenshots: .venv/dev.stamp  ## Make docs/pictures/ anew, of the pages of a programme half-way through; needs a Chromium
	@$(VENV) -m tests.pages.screenshots

migration: .venv/dev.stamp  ## Write the next migration: SERVICE=billing (or kernel) NAME=add_reminders, POST=1 for after the roll-out
	@$(VENV) -m deploy.write_migration "$(SERVICE)" "$(NAME)" $(if $(POST),--post)
	@.venv/bin/ruff format --quiet services shared/migrations

schemas: .venv/dev.stamp  ## Write the snapshots of the contracts (events, APIs), after a change that breaks nothing
	@$(VENV) -m tests.contract.write_snapshots

# Without addresses: which package index it is, is this machine's business. ARGS=--upgrade takes newer releases.
COMPILE = .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" --extra build $(ARGS) pyproject.toml
lock: .venv/dev.stamp  ## Write requirements/*.lock anew from pyproject.toml
	@$(COMPILE) --output-file requirements/image.lock
	@$(COMPILE) --extra embedded --output-file requirements/run.lock
	@$(COMPILE) --extra embedded --extra dev --output-file requirements/dev.lock

clean:  ## Remove .venv, the caches and what the demo kept; var/run stays
	@rm -rf .venv var/demo build *.egg-info .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Where pyproject.toml alone changed (a wall, a linter), what the lock says stands already. A Python without ensurepip
# (Debian's, without python3-venv) has its own pip look after the environment.
.venv/%.stamp: requirements/%.lock pyproject.toml | .venv/pyvenv.cfg
	@$(VENV) -c '$(NEW_ENOUGH)' || { echo "The Python in .venv is older than 3.11: run make clean first." >&2; exit 1; }
	@echo "Installing $(if $(filter %.lock,$?),what requirements/$*.lock says,what pyproject.toml says of this package) …"
	@pip="$(VENV) -m pip"; $$pip --version >/dev/null 2>&1 || pip="$(PYTHON) -m pip --python $(VENV)"; \
	install="$$pip --quiet --disable-pip-version-check install"; \
	$(if $(filter %.lock,$?),$$install --require-hashes --requirement $< &&) $$install --no-deps --no-build-isolation --editable .
	@touch .venv/run.stamp $@

.venv/pyvenv.cfg:
	@$(or $(PYTHON),false) -c '$(NEW_ENOUGH)' 2>/dev/null || { echo "Python 3.11 or newer is needed, and none was found\
	 under the usual names. Install one, or say where it is: make PYTHON=/…/python3.12 demo" >&2; exit 1; }
	@echo "Making .venv with $$($(PYTHON) --version) …"
	@if $(PYTHON) -c 'import ensurepip' 2>/dev/null; then $(PYTHON) -m venv .venv; else $(PYTHON) -m venv --without-pip .venv; fi
