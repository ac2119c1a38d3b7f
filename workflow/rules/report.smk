"""The pages that show it all."""


rule report:
    input:
        scores="results/scores.csv",
        figures=expand("reports/figures/{experiment}.png", experiment=EXPERIMENTS),
        charts=expand("reports/figures/{chart}.json", chart=CHARTS),
        notebooks=expand("reports/notebooks/{name}.html", name=NOTEBOOKS),
        configuration=CONFIGURATION,
    output:
        "reports/index.html",
    log:
        "results/logs/report.log",
    conda:
        ENVIRONMENT
    params:
        plan=PLAN,
        code=code_hash(REPORTING),
    message:
        "report {output}"
    script:
        "../scripts/write_report.py"
