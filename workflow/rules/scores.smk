"""Scores of all runs, those of a pair together."""


rule score:
    input:
        batches=lambda wildcards: batch_files(
            planned.run for planned in SCORING_BATCHES[wildcards.batch]
        ),
        pictures=lambda wildcards: picture_files(SCORING_BATCHES[wildcards.batch]),
        weights=[
            str(file)
            for file in (*embedded_files(), find_efficientnet_weights())
            if file
        ],
    output:
        "results/scores/{batch}.csv",
    log:
        "results/logs/score-{batch}.log",
    conda:
        ENVIRONMENT
    threads: 1
    params:
        trials=lambda wildcards: [
            (planned.run.model_dump(), planned.truth)
            for planned in SCORING_BATCHES[wildcards.batch]
        ],
        judges=PROJECT.profile.judges,
        code=code_of("score_batch", packages=["nstbench.metrics"], specified=True),
    message:
        "scores {wildcards.batch}"
    shell:
        command("score_batch", "{wildcards.batch}")


rule scores:
    input:
        batches=expand("results/scores/{batch}.csv", batch=PROJECT.scoring_batches),
        configuration=CONFIGURATION,
    output:
        "results/scores.csv",
    log:
        "results/logs/scores.log",
    conda:
        ENVIRONMENT
    params:
        plan=PLAN,
        code=code_of("collect_scores"),
    message:
        "scores of all runs"
    shell:
        command("collect_scores")
