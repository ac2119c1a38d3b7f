"""One drawing with its table per chart: numbers measured on pictures and on finished runs."""


rule chart:
    input:
        batches=lambda wildcards: batch_files(runs_of_chart(wildcards.chart)),
        pictures=lambda wildcards: chart_pictures(wildcards.chart),
        curves=lambda wildcards: [
            f"results/networks/{id}.csv" for id in DRAWINGS[wildcards.chart].trainings
        ],
        configuration=lambda wildcards: str(
            ROOT / "config" / "charts" / f"{wildcards.chart}.yaml"
        ),
        weights=WEIGHTS,
    output:
        drawing=report(
            "reports/figures/{chart}.svg",
            caption="../report/chart.rst",
            category=lambda wildcards: DRAWINGS[wildcards.chart].source.document,
            subcategory=lambda wildcards: DRAWINGS[wildcards.chart].title,
            labels={"shows": "chart"},
        ),
        facts="reports/figures/{chart}.json",
        thumbnail="reports/figures/{chart}.thumb.jpg",
        table="results/charts/{chart}.csv",
    log:
        "results/logs/chart-{chart}.log",
    wildcard_constraints:
        chart="|".join(CHARTS) or "none",
    priority: lambda wildcards: chart_priority(DRAWINGS[wildcards.chart])
    conda:
        ENVIRONMENT
    threads: 1
    params:
        plan=PLAN,
        budget=BUDGET,
        about=lambda wildcards: DRAWINGS[wildcards.chart].model_dump(
            include={"title", "question"}
        ),
        code=lambda wildcards: code_of(
            "draw_chart",
            [DRAWINGS[wildcards.chart].module],
            packages_of(runs_of_chart(wildcards.chart)),
        ),
    message:
        "chart {wildcards.chart}"
    shell:
        command("draw_chart", "{wildcards.chart}")
