"""Contents and styles as PNG files: copied from packages or NSTBENCH_DATA, or painted."""


rule picture:
    input:
        picture_sources,
    output:
        "results/pictures/{name}.png",
    log:
        "results/logs/picture-{name}.log",
    priority: 2000
    conda:
        ENVIRONMENT
    params:
        picture=lambda wildcards: PROJECT.manifest[wildcards.name].model_dump(),
    message:
        "picture {wildcards.name}"
    script:
        "../scripts/make_picture.py"
