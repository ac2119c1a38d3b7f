"""Scores of all runs, those of a pair together."""


rule score:
    input:
        batches=lambda wildcards: batch_files(SCORING_BATCHES[wildcards.batch].runs),
        pictures=lambda wildcards: picture_files(SCORING_BATCHES[wildcards.batch].runs),
        code=[str(file) for file in scoring_files()],
        weights=[str(file) for file in embedded_files()],
    output:
        "results/scores/{batch}.csv",
    log:
        "results/logs/{batch}.log",
    conda:
        ENVIRONMENT
    threads: 1
    params:
        runs=lambda wildcards: [
            run.model_dump() for run in SCORING_BATCHES[wildcards.batch].runs
        ],
    message:
        "scores {wildcards.batch}"
    script:
        "../scripts/score_batch.py"


rule scores:
    input:
        batches=expand("results/scores/{batch}.csv", batch=SCORING_BATCHES),
        configuration=CONFIGURATION,
    output:
        "results/scores.csv",
    log:
        "results/logs/scores.log",
    conda:
        ENVIRONMENT
    params:
        plan=PLAN,
    message:
        "scores of all runs"
    script:
        "../scripts/collect_scores.py"
