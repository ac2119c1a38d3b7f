# docker build -t nstbench .
# docker run --rm -v "$PWD/reports:/nstbench/reports" nstbench make reproduce
# docker run --rm nstbench make test
FROM python:3.12-slim

RUN apt-get update \
    && apt-get install --yes --no-install-recommends git make \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /nstbench
# The packages alone first: a change of the code does not install them again.
COPY Makefile pyproject.toml requirements.lock ./
RUN python -m venv .venv \
    && .venv/bin/python -m pip install --no-cache-dir uv \
    && .venv/bin/uv pip install --no-cache --python .venv/bin/python --require-hashes --requirement requirements.lock
COPY . .
RUN make install

CMD ["make", "reproduce"]
