# make demo   set up .venv, clean golden/raw into out/, show what was removed by which rule
# make test   set up what tests need; formatter check, linter, type checker, the whole suite, the wheel
# make bench  measure speed and memory, rewrite docs/performance.md; make peers before it adds other projects' filters
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
COMPILED := src/cleaner/dump/json_reader.py src/cleaner/dump/json_writer.py src/cleaner/folded_lines.py src/cleaner/layer.py src/cleaner/line.py src/cleaner/repeats.py src/cleaner/rules/conditions.py src/cleaner/rules/known_phrases.py src/cleaner/rules/needs.py src/cleaner/rules/pattern_dfa.py src/cleaner/rules/screen.py src/cleaner/scan.py src/cleaner/utf8.py
DECLARED := $(wildcard src/cleaner/*.pxd src/cleaner/rules/*.pxd)

.PHONY: demo test check suite wheel bench peers clean

demo: $(VENV)/.installed
	$(BIN)/cleaner clean golden/raw -o out --overwrite

test: check suite wheel

check: $(VENV)/.tested
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

suite: $(VENV)/.tested
	$(BIN)/pytest -n 2 --dist worksteal

wheel: $(VENV)/.tested
	$(BIN)/python tests/try_wheel.py

bench: $(VENV)/.tested
	$(BIN)/python -m benchmarks --write-docs

peers: $(VENV)/peers/datatrove/.installed $(VENV)/peers/dolma/.installed

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "cleaner needs Python 3.11 or newer; name one with: make PYTHON=python3.12"; exit 2; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null \
	  || { echo "this Python can't make virtual environments; on Debian: apt-get install python3-venv"; exit 2; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/peers/%/.installed: benchmarks/peers/%.txt $(VENV)/.made
	$(PYTHON) -m venv $(@D)
	$(@D)/bin/python -m pip --disable-pip-version-check --quiet install --requirement $<
	@touch $@

$(VENV)/.installed: $(VENV)/.made pyproject.toml hatch_build.py $(COMPILED) $(DECLARED)
	$(PIP) install --editable .
	@touch $@

$(VENV)/.tested: $(VENV)/.made pyproject.toml hatch_build.py $(COMPILED) $(DECLARED)
	$(PIP) install --editable '.[dev]'
	@touch $@ $(VENV)/.installed

clean:
	rm -rf $(VENV) out build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
