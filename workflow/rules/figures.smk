"""One panel with its curves and record per experiment."""

# Where `snakemake --report` files what a figure consists of.
PLACE_IN_REPORT = {
    "category": lambda wildcards: PROJECT.experiments[
        wildcards.experiment
    ].source.document,
    "subcategory": lambda wildcards: PROJECT.experiments[wildcards.experiment].title,
}


rule figure:
    input:
        batches=lambda wildcards: batch_files(
            planned.run for planned in shown_in(wildcards.experiment)
        ),
        pictures=lambda wildcards: picture_files(shown_in(wildcards.experiment)),
        configuration=lambda wildcards: str(
            PROJECT.experiment_file(wildcards.experiment)
        ),
        manifest=str(ROOT / "data" / "images.yaml"),
    output:
        panel=report(
            "reports/figures/{experiment}.jpg",
            caption="../report/panel.rst",
            labels={"shows": "panel"},
            **PLACE_IN_REPORT,
        ),
        curves=report(
            "reports/figures/{experiment}.curves.png",
            caption="../report/curves.rst",
            labels={"shows": "loss curves"},
            **PLACE_IN_REPORT,
        ),
        record="reports/figures/{experiment}.json",
        thumbnail="reports/figures/{experiment}.thumb.jpg",
    log:
        "results/logs/figure-{experiment}.log",
    wildcard_constraints:
        experiment="|".join(EXPERIMENTS),
    priority: 3000
    conda:
        ENVIRONMENT
    params:
        plan=PLAN,
        budget=BUDGET,
        about=lambda wildcards: PROJECT.experiments[wildcards.experiment].model_dump(
            include={"title", "question"}
        ),
        code=code_of("draw_figure"),
    message:
        "figure {wildcards.experiment}"
    shell:
        command("draw_figure", "{wildcards.experiment}")
