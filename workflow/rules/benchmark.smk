"""The benchmark: every method on the same pairs, and the ranking."""


rule benchmark:
    input:
        batches=batch_files(planned.run for planned in PROJECT.contest.planned),
        scores=expand(
            "results/scores/{batch}.csv", batch=PROJECT.benchmark_scoring_batches
        ),
        configuration=str(ROOT / "config" / "benchmark.yaml"),
        # What people have answered, where somebody has been asked (docs/survey.md).
        people=[
            file for file in ["results/benchmark/people.csv"] if Path(file).is_file()
        ],
    output:
        table="results/benchmark/ranking.csv",
        ranking="results/benchmark/ranking.json",
        agreement="results/benchmark/agreement.csv",
        drawing=report(
            "results/benchmark/ranking.svg",
            caption="../report/ranking.rst",
            category="Benchmark",
            labels={"shows": "ranking"},
        ),
        picture="results/benchmark/ranking.png",
    log:
        "results/logs/benchmark.log",
    conda:
        ENVIRONMENT
    threads: 1
    params:
        plan=PLAN,
        code=code_of("rank_methods"),
    message:
        "benchmark"
    shell:
        command("rank_methods")
