"""The site that shows it all: an overview, a page per figure, and pages of claims and methods."""

PAGES = ["index", "claims", "explorer", "contradictions", "methods", "provenance"]


rule report:
    input:
        scores="results/scores.csv",
        claims="results/claims.json",
        figures=expand("reports/figures/{experiment}.jpg", experiment=EXPERIMENTS),
        charts=expand("reports/figures/{chart}.json", chart=CHARTS),
        notebooks=expand("reports/notebooks/{name}.html", name=NOTEBOOKS),
        configuration=CONFIGURATION,
        explained=sorted(map(str, (ROOT / "docs").glob("*.md"))),
        editions=sorted(map(str, (ROOT / "data" / "editions").glob("*/edition.json"))),
    output:
        pages=[
            report(
                f"reports/{page}.html",
                caption="../report/page.rst",
                category="Site",
                labels={"page": page},
            )
            for page in PAGES
        ],
        figures=expand("reports/figures/{id}.html", id=EXPERIMENTS + CHARTS),
        tiles=directory("reports/tiles"),
        tables=directory("reports/tables"),
        assets=directory("reports/assets"),
    log:
        "results/logs/report.log",
    conda:
        ENVIRONMENT
    params:
        plan=PLAN,
        code=code_of("write_report", packages=["nstbench.metrics"], docstrings=True),
    message:
        "site"
    shell:
        command("write_report")
