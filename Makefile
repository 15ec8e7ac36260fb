# Everything a newcomer needs: git, make and python3 (3.11 or newer, with venv). Set-up happens by itself.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
PY := .venv/bin/python
READY := .venv/.ready
UV := build/uv/bin/uv
COMPILE := $(UV) --quiet pip compile pyproject.toml --group build --extra test --python-version 3.11 \
	--no-config --no-emit-index-url --no-emit-find-links --no-annotate --no-header
TESTS = -m "not slow"  # of make coverage
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export BEANCOUNT_DISABLE_LOAD_CACHE := 1
# Empty is unset: else each of a test run's many processes compiles the whole project anew.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help run test quick serve check format docs coverage bench campaign mutants kern lock lowest clean

help:  ## zeigt diese Liste
	@sed -nE 's/^([a-z]+):.*  ## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

run: $(READY)  ## rechnet die Beispielbücher weiter: der monatliche Lauf beider Seiten in work/
	@$(PY) ledgers/run.py

test: $(READY)  ## alle Prüfungen (pytest)
	@$(PY) -m pytest -n 2 --dist loadfile --durations=20

quick: $(READY)  ## die schnellen Prüfungen (etwa eine halbe Minute), für jede Änderung
	@$(PY) -m pytest -q -n 2 --dist loadfile -m "not slow"

DEMO = --demo  # of make serve: with persons to try things out; DEMO= shows the books without a login, for reading
serve: $(READY)  ## zeigt die Bücher aus work/ im Browser, zum Ausprobieren mit erfundenen Personen (DEMO=: nur lesend)
	@test -d work/landkreis -a -d work/biedenkopf -a -d work/quellgrund || { echo 'Es gibt noch keine Bücher in work/: bitte zuerst `make run`.' >&2; exit 2; }
	@test -z "$(strip $(DEMO))" || $(PY) -m ledgers.demo
	@.venv/bin/kkd serve $(DEMO) work/landkreis work/biedenkopf work/quellgrund/schulverband-quellgrund work/quellgrund/beispielbach

check: $(READY)  ## Format, Stil, Typen und Stockwerke des Codes
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports --no-logo

format: $(READY)  ## bringt den Code in Form
	@.venv/bin/ruff format .
	@.venv/bin/ruff check --fix .

docs: $(READY)  ## schreibt alle erzeugten Seiten in docs/ neu
	@$(PY) docs/generate.py

coverage: $(READY)  ## Zweigabdeckung durch die schnellen Prüfungen (TESTS=: durch alle); build/coverage/ zeigt jede Zeile
	@rm -rf build/coverage && mkdir -p build/coverage
	@$(PY) -m coverage run -m pytest -q -n 2 --dist loadfile $(TESTS)
	@$(PY) -m coverage combine -q
	@$(PY) -m coverage html -q --directory build/coverage/html
	@$(PY) -m coverage report

bench: $(READY)  ## misst gegen die Zeitziele, neben benannten anderen Programmen; schreibt build/bench.json (BENCH=--large: auch die großen Bücher)
	@$(PY) -m tests.bench.run $(BENCH)

campaign: $(READY)  ## die lange Fehlerprobe, fortsetzbar; ROWS="kill hostile" nimmt nur diese Zeilen
	@$(PY) -m tests.faults.campaign $(ROWS)

mutants: $(READY)  ## Mutationstest, Raum für Raum: money, agreement, readable, beginning, continuity, matching, store, rules (Stunden)
	@$(PY) -m tests.mutation

# What our pages look like comes whole from one package; its files lie in the project, no page asks another server.
KERN := @kern-ux/native@2.7.2
KERN_SHA512 := TN0Mqbasp7S1IOqurXickde8MDj5hIcgT4s3f1i33wyv2iVgA1dTO/FoQyi6rgM9KYTYkIthl9k72g7fBUUvHg==
STATIC := kkd_ledger/web/static

kern:  ## holt die Gestaltung der Seiten (KERN UX, npm) in der festgehaltenen Fassung neu
	@rm -rf build/kern && mkdir -p build/kern
	@cd build/kern && npm pack --silent $(KERN) > name
	@test "$$(openssl dgst -sha512 -binary build/kern/$$(cat build/kern/name) | base64 -w0)" = "$(KERN_SHA512)" \
		|| { echo 'Das Paket ist ein anderes als das festgehaltene.' >&2; exit 1; }
	@tar -xzf build/kern/$$(cat build/kern/name) -C build/kern
	@install -m 644 build/kern/package/dist/kern.min.css $(STATIC)/kern.css
	@install -m 644 build/kern/package/LICENSE.md $(STATIC)/KERN-LICENSE.md
	@for weight in Regular Medium SemiBold Bold; do \
		install -D -m 644 build/kern/package/dist/fonts/fira-sans/FiraSans-$$weight.woff2 -t $(STATIC)/fonts; done

lock: $(UV)  ## schreibt requirements.lock neu: alle Pakete mit Prüfsummen, ohne Quelle
	@$(COMPILE) --extra check --universal --generate-hashes --upgrade --output-file requirements.lock
	@sed -i '1i # Every package with the hashes of all its files; made by `make lock`, not by hand.' requirements.lock
	@echo "requirements.lock: $$(grep -c '==' requirements.lock) Pakete"

lowest: $(UV)  ## alle Prüfungen mit den ältesten Paketen, die pyproject.toml zulässt
	@$(COMPILE) --resolution lowest-direct --output-file build/lowest.txt
	@$(PYTHON) -m venv build/lowest
	@build/lowest/bin/pip install --quiet -r build/lowest.txt
	@build/lowest/bin/pip install --quiet --no-deps --no-build-isolation --no-index --editable .
	@build/lowest/bin/python -m pytest -n 2 --dist loadfile --deselect tests/test_house.py

clean:  ## entfernt, was sich neu erzeugen lässt (.venv, work, build, Zwischenspeicher)
	rm -rf .venv work build *.egg-info .hypothesis .pytest_cache .mypy_cache .ruff_cache .import_linter_cache

$(UV):
	@$(PYTHON) -m venv build/uv
	@build/uv/bin/pip install --quiet uv

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 oder neuer wird gebraucht; gefunden: " + sys.version.split()[0])'
	@echo 'Einrichten in .venv/ (einmalig, etwa eine halbe Minute) ...'
	@test -x $(PY) || $(PYTHON) -m venv .venv
	@$(PY) -m pip install --quiet --require-hashes -r requirements.lock
	@$(PY) -m pip install --quiet --no-deps --no-build-isolation --no-index --editable .
	@touch $@
