"""A notebook per document, one of all claims and one of the library, executed, and each made into a page as well."""

NOTEBOOKS = sorted(
    file.stem for file in (ROOT / "workflow" / "notebooks").glob("*.ipynb")
)
# What the notebook of the library shows.
LIBRARY_ROOMS = ["nstbench.api", "nstbench.losses", "nstbench.methods"]


rule notebook:
    input:
        results_shown,
        notebook=str(ROOT / "workflow" / "notebooks" / "{name}.ipynb"),
    output:
        notebook="results/notebooks/{name}.ipynb",
        page=report(
            "reports/notebooks/{name}.html",
            caption="../report/notebook.rst",
            category="Notebooks",
        ),
    log:
        "results/logs/notebook-{name}.log",
    conda:
        ENVIRONMENT
    params:
        caveat=PROJECT.profile.warning,
        code=lambda wildcards: code_of(
            "make_notebook",
            ["nstbench.report.notebook"],
            [
                "nstbench.metrics",
                *(LIBRARY_ROOMS if wildcards.name == "library" else []),
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
        command("make_notebook", "{wildcards.name}")
