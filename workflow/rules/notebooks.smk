"""One notebook per document and one of all claims: executed on the results, then cleaned and made into a page."""

NOTEBOOKS = sorted(
    file.stem for file in (ROOT / "workflow" / "notebooks").glob("*.ipynb")
)


rule notebook:
    input:
        results_shown,
        notebook=str(ROOT / "workflow" / "notebooks" / "{name}.ipynb"),
    output:
        "results/notebooks/executed/{name}.ipynb",
    log:
        "results/logs/notebook-{name}.log",
    conda:
        ENVIRONMENT
    params:
        code=lambda wildcards: code_key(
            ["nstbench.report.notebook"],
            [
                "nstbench.metrics",
                *packages_of(
                    entry.run
                    for id in of_document(wildcards.name, PROJECT.experiments)
                    for entry in PROJECT.plans[id]
                ),
            ],
            docstrings=True,
        ),
    message:
        "notebook {wildcards.name}"
    shell:
        JOB + "execute_notebook {wildcards.name} " + OPTIONS


rule notebook_pages:
    input:
        executed=expand("results/notebooks/executed/{name}.ipynb", name=NOTEBOOKS),
    output:
        notebooks=expand("results/notebooks/{name}.ipynb", name=NOTEBOOKS),
        pages=report(
            expand("reports/notebooks/{name}.html", name=NOTEBOOKS),
            caption="../report/notebook.rst",
            category="Notebooks",
        ),
    log:
        "results/logs/notebook-pages.log",
    conda:
        ENVIRONMENT
    params:
        code=code_of("publish_notebooks"),
    message:
        "notebook pages"
    shell:
        JOB + f"publish_notebooks {' '.join(NOTEBOOKS)} " + OPTIONS
