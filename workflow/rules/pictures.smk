"""Contents and styles as PNG files: copied from data/, from packages or from NSTBENCH_DATA."""


# Copied sooner than a cluster starts a job, so Snakemake does that where it runs.
localrules:
    picture,


rule picture:
    input:
        own_picture,
    output:
        "results/pictures/{name}.png",
    log:
        "results/logs/picture-{name}.log",
    priority: 2000
    conda:
        ENVIRONMENT
    params:
        manifest=str(ROOT / "data" / "images.yaml"),
        # Titles and authors are no reason to make it again.
        origin=lambda wildcards: PROJECT.manifest[wildcards.name].model_dump(
            include={"package", "file", "url"}
        ),
        code=code_of("make_picture", specified=True),
    message:
        "picture {wildcards.name}"
    shell:
        command("make_picture", "{wildcards.name}")
