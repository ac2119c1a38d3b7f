"""One panel with its curves and sidecar per experiment."""


rule figure:
    input:
        batches=lambda wildcards: expand(
            "results/batches/{batch}.csv", batch=PROJECT.batches_of(wildcards.experiment)
        ),
        pictures=lambda wildcards: picture_files(
            planned.run for planned in PROJECT.plans[wildcards.experiment]
        ),
        configuration=lambda wildcards: str(PROJECT.experiment_file(wildcards.experiment)),
        code=sources("reporting"),
    output:
        panel="reports/figures/{experiment}.png",
        curves="reports/figures/{experiment}.curves.svg",
        sidecar="reports/figures/{experiment}.json",
        thumbnail="reports/figures/{experiment}.thumb.jpg",
    params:
        plan=PLAN,
    priority: 1000
    script:
        "../scripts/draw_figure.py"
