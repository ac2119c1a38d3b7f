"""One notebook per document and one of all claims: executed on the results, then cleaned and made into a page."""

NOTEBOOKS = sorted(
    file.stem for file in (ROOT / "workflow" / "notebooks").glob("*.ipynb")
)
# The notebook directive calls jupyter-nbconvert by name, which PATH lacks unless the environment is activated.
os.environ.update(
    PATH=os.pathsep.join(
        [str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]
    )
)


rule notebook:
    input:
        results_shown,
        notebook=str(ROOT / "workflow" / "notebooks" / "{name}.ipynb"),
    output:
        "results/notebooks/executed/{name}.ipynb",
    log:
        # To Snakemake the executed notebook is a log; here it is also what the rule is for.
        notebook="results/notebooks/executed/{name}.ipynb",
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
    notebook:
        "../notebooks/{wildcards.name}.ipynb"


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
    script:
        "../scripts/publish_notebooks.py"
