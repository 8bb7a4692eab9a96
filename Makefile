# Needed beforehand: Python 3.11 or newer with venv and pip. `make up` starts everything, `make test` tests it.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
PYTEST := $(BIN)/python -m pytest

.PHONY: up test test-main test-browser test-crash test-helpdesk check story bench lock format clean

up: $(VENV)/.installed
	@exec $(BIN)/python manage.py up

test: test-main test-browser test-crash test-helpdesk

test-main: $(VENV)/.installed-dev
	$(PYTEST) -m "not browser and not crash and not helpdesk"

# In a real Chromium, one page after the other; without Chromium each test is reported as skipped, by name.
test-browser: $(VENV)/.installed-dev
	$(PYTEST) -m browser -n 0

# With real processes and kill -9.
test-crash: $(VENV)/.installed-dev
	$(PYTEST) -m crash -n 2

# The helpdesk's scene, with a real django-helpdesk on the loopback.
test-helpdesk: $(VENV)/.installed-dev
	$(PYTEST) -m helpdesk -n 0

check: $(VENV)/.installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy .
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python manage.py spectacular --validate --fail-on-warn --file /dev/null

story: $(VENV)/.installed
	@exec $(BIN)/python manage.py story

bench: $(VENV)/.installed
	@$(BIN)/python manage.py bench

format: $(VENV)/.installed-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# Brings requirements*.txt in line with pyproject.toml, for every system and Python from 3.11 on, with hashes.
# Versions stay as they are where they can; newer ones: make lock NEWER=--upgrade
UV := .uv/bin/uv pip compile pyproject.toml --quiet --universal --generate-hashes --python-version 3.11 --no-header
lock:
	$(PYTHON) -m venv .uv && .uv/bin/python -m pip --disable-pip-version-check --quiet install uv
	$(UV) $(NEWER) -o requirements.txt
	$(UV) $(NEWER) --group dev -c requirements.txt -o requirements-dev.txt
	rm -rf .uv

# Leaves the data folder alone.
clean:
	rm -rf $(VENV) .uv .mypy_cache .ruff_cache .pytest_cache .hypothesis static
	find . -name __pycache__ -not -path "./.data/*" -prune -exec rm -rf {} +

$(VENV)/.installed: requirements.txt | $(VENV)/.made
	@echo "Installing the locked dependencies (only when they changed) …"
	@$(PIP) install --require-hashes -r requirements.txt
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	@echo "Installing the locked tools for tests and checks (only when they changed) …"
	@$(PIP) install --require-hashes -r requirements-dev.txt
	@touch $@

$(VENV)/.made:
	@command -v $(PYTHON) >/dev/null || { \
		echo "Python 3.11 or newer is needed, and there is no $(PYTHON) here; name one with: make PYTHON=…"; exit 1; }
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11))" || { \
		echo "Python 3.11 or newer is needed; $(PYTHON) is $$($(PYTHON) -V). Name another with: make PYTHON=…"; exit 1; }
	@$(PYTHON) -c "import ensurepip, venv" 2>/dev/null || { \
		echo "This $(PYTHON) lacks venv or pip; on Debian and Ubuntu install them with: apt install python3-venv"; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@touch $@
