"""Networks that the pipeline trains itself; an interrupted training goes on from its checkpoint."""


rule training:
    input:
        pictures=lambda wildcards: picture_files([PROJECT.training(wildcards.training)]),
        configuration=lambda wildcards: str(PROJECT.training_file(wildcards.training)),
        weights=[str(file) for file in embedded_files()],
    output:
        network="results/networks/{training}.safetensors",
        curve="results/networks/{training}.csv",
    log:
        "results/logs/training-{training}.log",
    wildcard_constraints:
        training="|".join(TRAININGS) or "none",
    # A minute each in some profiles, so figures that need none come first.
    priority: 500
    conda:
        ENVIRONMENT
    threads: 1
    params:
        training=lambda wildcards: PROJECT.training(wildcards.training).model_dump(),
        code=lambda wildcards: code_of(
            "train_network",
            packages=[method_package(PROJECT.training(wildcards.training).method)],
            specified=True,
        ),
    message:
        "training {wildcards.training}: progress in {log}"
    shell:
        command("train_network", "{wildcards.training}")
