"""One panel with its curves and sidecar per experiment."""


rule figure:
    input:
        batches=lambda wildcards: batch_files(runs_of(wildcards.experiment)),
        pictures=lambda wildcards: picture_files(runs_of(wildcards.experiment)),
        configuration=lambda wildcards: str(
            PROJECT.experiment_file(wildcards.experiment)
        ),
        code=sources("reporting"),
    output:
        panel="reports/figures/{experiment}.png",
        curves="reports/figures/{experiment}.curves.svg",
        sidecar="reports/figures/{experiment}.json",
        thumbnail="reports/figures/{experiment}.thumb.jpg",
    log:
        "results/logs/figure-{experiment}.log",
    priority: 3000
    conda:
        ENVIRONMENT
    params:
        plan=PLAN,
    message:
        "figure {output.panel}"
    script:
        "../scripts/draw_figure.py"
