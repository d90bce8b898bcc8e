# Thin: all that needs thought stands in bootstrap.py, so that a machine without make loses nothing.
.DEFAULT_GOAL := help
.PHONY: help demo test setup bench dev quick lint types walls words seed run-day screenshot lock release

RUN := .venv/bin

help: ## what can be made
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 14

demo: ## set up, load the demo company, serve it (PORT=8000)
	@python3 bootstrap.py demo

test: ## set up and run every check
	@python3 bootstrap.py test

setup: ## prepare .venv with .venv/bin/accord, and stop
	@python3 bootstrap.py setup

bench: ## set up and run the benchmarks
	@python3 bootstrap.py bench

dev: setup ## the development server on your own database
	$(RUN)/accord init
	$(RUN)/accord run --debug

quick: ## the tests that take seconds: no browser, no PostgreSQL
	$(RUN)/python -m pytest -q -n auto -m "not browser and not postgresql and not slow"

lint: ## mend what can be mended, complain about the rest
	$(RUN)/ruff check --fix
	$(RUN)/ruff format

types: ## strict types
	$(RUN)/mypy

walls: ## the tests that check what nobody would remember to
	$(RUN)/lint-imports
	$(RUN)/python -m pytest -q tests/walls

words: ## bring the catalogues up to date; lists what has no translation
	$(RUN)/python -m tests.walls.catalogue

seed: setup ## the demo company into your own database
	$(RUN)/accord demo

run-day: ## the daily run, as the timetable does it
	$(RUN)/accord day

screenshot: ## the README's picture anew
	$(RUN)/python -m tests.browser.screenshot

LOCK := uv pip compile -q pyproject.toml --universal --python-version 3.11 \
	--generate-hashes --no-header --no-annotate --group build --extra postgres --extra redis

lock: ## both locks anew, after a change of dependencies (needs uv)
	$(LOCK) -o requirements.txt
	$(LOCK) --group dev -c requirements.txt -o requirements-dev.txt

release: test ## the wheel and the source archive, under dist/
	$(RUN)/python -m hatchling build
