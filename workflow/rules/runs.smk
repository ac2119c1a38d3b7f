"""Runs, in batches so that starting Python and torch is paid once for several pictures."""

# One rule an experiment, because only a rule has a priority: the cheapest figures are soon there.
for experiment in [*EXPERIMENTS, "benchmark"]:

    rule:
        name:
            f"runs_{experiment}"
        input:
            pictures=lambda wildcards: picture_files(BATCHES[wildcards.batch]),
            weights=lambda wildcards: weight_files(BATCHES[wildcards.batch]),
            networks=lambda wildcards: network_files(BATCHES[wildcards.batch]),
        output:
            f"results/batches/{{batch,{experiment}-\\d+}}.csv",
        log:
            f"results/logs/runs-{{batch,{experiment}-\\d+}}.log",
        priority: 1000 - PROJECT.ranks.get(experiment, len(EXPERIMENTS))
        conda:
            ENVIRONMENT
        threads: 1
        params:
            runs=lambda wildcards: [
                run.model_dump() for run in BATCHES[wildcards.batch]
            ],
            # Of each method by itself: when one changes, the job finds the runs of the others done.
            code=lambda wildcards: {
                "script": code_of("run_batch", specified=True),
                **{
                    run.method: run_key(run.method) for run in BATCHES[wildcards.batch]
                },
            },
        message:
            "runs {wildcards.batch}: progress in {log}"
        shell:
            command("run_batch", "{wildcards.batch}")
