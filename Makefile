# What can be done here. `make run` and `make test` need only Python 3.11 or newer and make.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: help run demo test test-quick lint translations docs bench bench-directory bench-time-authority bench-large campaign fuzz clean fuzz-endpoints bench-federation bench-relay bench-exchange bench-fanout campaign-signing bench-verification bench-signing bench-signing-queue bench-signing-memory bench-batches

help: ## what can be done
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

run: $(BIN)/.installed ## serve a small province: a hub and two district nodes
	@$(BIN)/python -m demo.run

demo: $(BIN)/.installed ## the whole journey unattended, each step with its proof
	@$(BIN)/python -m demo.journey

test: $(BIN)/.installed-dev ## all tests; installs a browser and the like when root (VANTHU_TEST_THOROUGH=1: each on every database)
	@sh tests/system_packages.sh
	@$(BIN)/python -m pytest -n 2 --dist worksteal -q -m "not browser"
	@$(BIN)/python -m pytest -n 2 --dist worksteal -q tests/browser

test-quick: $(BIN)/.installed-dev ## tests without browser and crashes
	@$(BIN)/python -m pytest -n 2 --dist worksteal -q -m "not browser and not crash"

lint: $(BIN)/.installed-dev ## style, layers, templates, htmx
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/python tests/lint_templates.py
	@$(BIN)/python tests/vendor/htmx-4.0.1-upgrade-check.py --ext .html templates

translations: $(BIN)/.installed ## collects texts and compiles the English catalogue
	@$(BIN)/pybabel -q extract -F translations/babel.cfg -k _l -k lazy_gettext --no-location \
		--sort-output -o translations/messages.pot .
	@$(BIN)/pybabel -q update -i translations/messages.pot -d translations --no-fuzzy-matching \
		--ignore-obsolete --ignore-pot-creation-date -w 100
	@$(BIN)/pybabel -q compile -d translations

docs: $(BIN)/.installed ## prints flows and permissions from the code into docs/
	@$(BIN)/python -m docs.print_tables

bench: $(BIN)/.installed ## figures: seconds to the recipient, memory, bytes, statements
	@$(BIN)/python -m bench.journey

bench-verification: $(BIN)/.installed ## processor time of judging one signature; FILES="a.pdf …" for others
	@$(BIN)/python -m bench.verification

bench-large: $(BIN)/.installed ## memory while a package with a file of 1 GB is written and read
	@$(BIN)/python -m bench.large_package

bench-relay: $(BIN)/.installed ## memory of every process while a file of MEGABYTES=1024 goes node, hub, hub, node
	@$(BIN)/python -m bench.relay

fuzz: $(BIN)/.installed ## a million hostile packages (CASES=…, SEED=…): none may crash or hang
	@$(BIN)/python -m bench.fuzz_edxml --cases $(or $(CASES),1000000) --seed $(or $(SEED),1)

bench-directory: $(BIN)/.installed ## figures of a directory with 120,000 agencies; DATABASE=postgresql+psycopg:///… adds it
	@$(BIN)/python -m bench.directory $(DATABASE)

bench-time-authority: $(BIN)/.installed ## figures of the page of time stamps with 100,000 files; DATABASE=… adds PostgreSQL
	@$(BIN)/python -m bench.time_authority $(DATABASE)

fuzz-endpoints: $(BIN)/.installed-dev ## many calls of every kind against the machine endpoints
	@VANTHU_EXAMPLES=200 $(BIN)/python -m pytest -q --timeout 3600 tests/federation/test_descriptions.py

bench-exchange: $(BIN)/.installed ## figures: packages accepted a second, carried from node to node a second, seconds of one
	@$(BIN)/python -m bench.exchange

bench-fanout: $(BIN)/.installed ## figures: one document to 1,000 recipients
	@$(BIN)/python -m bench.fanout

bench-signing: $(BIN)/.installed ## figures: signatures a second beside iText 5, PDFBox 2 and pyHanko (names the packages they need)
	@$(BIN)/python -m bench.signing

bench-signing-queue: $(BIN)/.installed ## figures: signing through RQ beside a default worker with pyHanko; seconds from queue to signed
	@$(BIN)/python -m bench.signing_queue

bench-signing-memory: $(BIN)/.installed ## figures: memory that signing files of 5 and 100 MB takes
	@$(BIN)/python -m bench.signing_memory

bench-batches: $(BIN)/.installed ## figures: a batch of COUNT=200 documents signed, then numbered and sealed
	@$(BIN)/python -m bench.batches $(or $(COUNT),200)

bench-federation: $(BIN)/.installed ## figures: a hub asks 1,000 simulated nodes
	@$(BIN)/python -m bench.federation

campaign: $(BIN)/.installed ## hub and five nodes under a storm of faults, then an audit; MINUTES=8 DOCUMENTS=2000 FAULTS=300, REPORT=1 writes docs/campaign.md
	@$(BIN)/python -m bench.campaign

campaign-signing: $(BIN)/.installed ## signing workers killed at POINTS=500 points (SEED=…), then an audit; REPORT=1 writes docs/campaign-signing.md
	@POINTS=$(or $(POINTS),500) $(if $(SEED),SEED=$(SEED)) $(if $(REPORT),REPORT=1) $(BIN)/python -m bench.signing_campaign

clean: ## removes the environment and the demo province's data
	rm -rf .venv data

$(BIN)/.installed: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Vanthu needs Python 3.11 or newer.")'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install -q --disable-pip-version-check -r requirements.txt
	@touch $@

$(BIN)/.installed-dev: requirements-dev.txt $(BIN)/.installed
	@$(BIN)/python -m pip install -q --disable-pip-version-check -r requirements-dev.txt
	@touch $@
