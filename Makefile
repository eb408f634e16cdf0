# make dataset   build the dataset into output/releases/, output/latest points at it
# make test      the test suite
# make ui        watch runs in the Dagster UI, on this machine alone
# make evaluate  score the reading of documents on the gold set (ARGS=-v: the sets kept aside in full, too)
# make publish-clients   what `kakehashi publish` needs for a bucket
# make faults    kill builds, fill disks, run two at once; counts what broke (ARGS="--share 0.1": a tenth of it)
# make bench     throughput beside peers (make peers installs them; ARGS="reading --documents 10000")
# Each sets up .venv from requirements.lock by itself; a second call installs nothing.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready-$(shell cat requirements.lock pyproject.toml 2>/dev/null | sha256sum | cut -c1-16)
TEST_READY := $(READY)-test-$(shell cat requirements-test.lock requirements-deploy.lock 2>/dev/null | sha256sum | cut -c1-16)
QUICK := -m "not slow" --numprocesses auto --dist loadfile
PIP := $(BIN)/pip --disable-pip-version-check install --quiet --no-deps

# Croissant's validator needs one library that comes as source alone; it is built with what is installed.
FROM_SOURCE := --no-binary jsonpath-rw --no-build-isolation

export DAGSTER_DISABLE_TELEMETRY := 1
export GX_ANALYTICS_ENABLED := false

.PHONY: dataset test test-all publish-clients lint ui evaluate faults bench peers lock clean

dataset: $(READY)
	@$(BIN)/kakehashi build

test: $(TEST_READY)
	@$(BIN)/pytest $(QUICK)

# What starts servers, browsers and whole builds runs by itself.
test-all: $(TEST_READY)
	@$(BIN)/pytest $(QUICK)
	@$(BIN)/pytest -m slow

# What publishing to a bucket needs; nothing else does.
publish-clients: $(READY)
	@$(PIP) --require-hashes --only-binary :all: -r requirements-publish.lock

lint: $(READY)
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

ui: $(READY)
	@$(BIN)/kakehashi ui $(ARGS)

evaluate: $(READY)
	@$(BIN)/python -m tests.evaluation $(ARGS)

faults: $(READY)
	@$(BIN)/python -m tests.faults $(ARGS)

bench: $(READY)
	@$(BIN)/python -m tests.bench $(ARGS)

# Peers for `make bench`, apart from everything else.
peers: .venv-bench/ready

.venv-bench/ready: requirements-bench.lock
	@$(PYTHON) -m venv .venv-bench
	@.venv-bench/bin/pip --disable-pip-version-check install --quiet --no-deps --require-hashes --only-binary :all: -r $<
	@touch $@

# Anyone who changes requirements.in needs uv on the path.
lock:
	uv pip compile --python-version 3.11 --universal --generate-hashes --only-binary :all: --no-header requirements.in -o requirements.lock
	uv pip compile --python-version 3.11 --universal --generate-hashes --only-binary :all: --no-header requirements-bench.in -o requirements-bench.lock
	uv pip compile --python-version 3.11 --universal --generate-hashes --only-binary :all: --no-header -c requirements.lock requirements-publish.in -o requirements-publish.lock
	uv pip compile --python-version 3.11 --universal --generate-hashes --only-binary :all: --no-header -c requirements.lock requirements-deploy.in -o requirements-deploy.lock
	uv pip compile --python-version 3.11 --universal --generate-hashes --only-binary :all: --no-binary jsonpath-rw --no-header -c requirements.lock -c requirements-publish.lock -c requirements-deploy.lock requirements-test.in -o requirements-test.lock

$(TEST_READY): $(READY) requirements-test.lock requirements-deploy.lock
	@$(PIP) --retries 1 --require-hashes --only-binary :all: $(FROM_SOURCE) -r requirements-test.lock -r requirements-deploy.lock && touch $@ \
	  || echo "Without requirements-test.lock and requirements-deploy.lock the tests against local services are skipped."

clean:
	rm -rf $(VENV) .venv-bench .dagster .cache

$(READY): requirements.lock pyproject.toml
	@echo "Setting up $(VENV) from requirements.lock; this happens once and takes a few minutes."
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) --require-hashes --only-binary :all: -r requirements.lock
	@$(PIP) --no-build-isolation --editable .
	@rm -f $(VENV)/ready-* && touch $@
