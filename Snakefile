"""nstbench: regenerate every figure with `snakemake --cores all`."""


include: "workflow/rules/common.smk"
include: "workflow/rules/pictures.smk"
include: "workflow/rules/trainings.smk"
include: "workflow/rules/runs.smk"
include: "workflow/rules/scores.smk"
include: "workflow/rules/figures.smk"
include: "workflow/rules/charts.smk"
include: "workflow/rules/notebooks.smk"
include: "workflow/rules/benchmark.smk"
include: "workflow/rules/claims.smk"
include: "workflow/rules/report.smk"


rule all:
    default_target: True
    input:
        "reports/index.html",
        "results/scores.csv",
        "results/claims.json",
        "results/benchmark/ranking.json",
        expand("reports/figures/{experiment}.jpg", experiment=EXPERIMENTS),
        expand("reports/figures/{chart}.svg", chart=CHARTS),
        expand("results/notebooks/{name}.ipynb", name=NOTEBOOKS),
