"""Contents and styles as PNG files: copied from packages or NSTBENCH_DATA, or painted."""


def picture_sources(wildcards):
    picture, own = PROJECT.manifest[wildcards.name], own_file(wildcards.name)
    if picture.painted:
        return sources("images/painted")
    return [str(own)] if picture.url and own else []


rule picture:
    input:
        picture_sources,
    output:
        "results/pictures/{name}.png",
    params:
        picture=lambda wildcards: PROJECT.manifest[wildcards.name].model_dump(),
    priority: 2000
    script:
        "../scripts/make_picture.py"
