# `make reproduce` regenerates everything, `make test` runs every check; either may be the first.
# PROFILE=smoke|default|full|paper chooses sizes and budgets (config/config.yaml).

PYTHON ?= python3
CORES ?= all
PROFILE ?=
BIN := .venv/bin
export PROFILE
# Where bytecode is not kept, as in many containers, every job would compile torch and all else again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: reproduce test environment lint types unit regress smoke overhead gallery lock clean

reproduce: environment
	$(BIN)/snakemake --cores $(CORES)

test: lint types unit regress smoke

environment: .venv/installed

.venv/installed: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("nstbench needs Python 3.11 or newer; run make PYTHON=/path/to/python3.11" if sys.version_info < (3, 11) else 0)'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes --requirement requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	touch $@

lint: environment
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache
	$(BIN)/snakefmt --check Snakefile workflow
	$(BIN)/snakemake --lint

types: environment
	$(BIN)/mypy

# A process a core, so each of them computes with one thread.
unit: environment
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses logical --dist loadfile

regress: environment
	$(BIN)/nstbench regress

smoke: environment
	PROFILE=smoke $(BIN)/snakemake --cores $(CORES) --directory build/smoke
	PROFILE=smoke $(BIN)/python -m pytest tests/integration --results build/smoke

# How much of the cores' time the pipeline spends on anything but computing.
overhead: environment
	$(BIN)/python -m nstbench.pipeline.timing.overhead

# The pictures in the README, from the default profile: thumbnails of figures, and a picture of `nstbench stylize`.
GALLERY := jain-colour jain-fig10 nikulin-fig1 nikulin-fig9
gallery: environment
	PROFILE=default $(BIN)/snakemake --cores $(CORES) $(GALLERY:%=reports/figures/%.png)
	cp $(GALLERY:%=reports/figures/%.thumb.jpg) docs/gallery/
	cd results/pictures && ../../$(BIN)/nstbench stylize valley_summer.png whirling_night.png \
		-o ../../docs/gallery/stylize.jpg --size 320 --iterations 60

lock: environment
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header --quiet --output-file requirements.lock

clean:
	rm -rf build results/pictures results/networks results/runs results/batches results/checkpoints results/logs \
		results/charts results/notebooks results/scores results/scores.csv results/claims.json results/claims.csv reports
