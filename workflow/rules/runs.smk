"""Runs, in batches so that starting Python and torch is paid once for several pictures."""


def batch_priority(wildcards):
    """Earlier experiments first, so that the first panel is soon there."""
    return len(PROJECT.batches) - list(PROJECT.batches).index(wildcards.batch)


rule batch:
    input:
        pictures=lambda wildcards: picture_files(PROJECT.batches[wildcards.batch].runs),
        code=[str(file) for file in engine_files() + scoring_files()],
        weights=[str(file) for file in embedded_files()],
    output:
        "results/batches/{batch}.csv",
    log:
        "results/logs/{batch}.log",
    params:
        runs=lambda wildcards: [run.model_dump() for run in PROJECT.batches[wildcards.batch].runs],
    threads: 1
    script:
        "../scripts/run_batch.py"


rule scores:
    input:
        batches=expand("results/batches/{batch}.csv", batch=PROJECT.batches),
        configuration=CONFIGURATION,
    output:
        "results/scores.csv",
    params:
        plan=PLAN,
    script:
        "../scripts/collect_scores.py"
