"""Verdicts on all claims of the documents."""


rule claims:
    input:
        scores="results/scores.csv",
        charts=expand("results/charts/{chart}.csv", chart=CHARTS),
        configuration=[
            *map(str, sorted((ROOT / "config" / "claims").glob("*.yaml"))),
            str(ROOT / "config" / "contradictions.yaml"),
            *CONFIGURATION,
        ],
    output:
        verdicts="results/claims.json",
        table="results/claims.csv",
        page="reports/verdicts.md",
    log:
        "results/logs/claims.log",
    conda:
        ENVIRONMENT
    threads: 1
    params:
        plan=PLAN,
        code=code_of("judge_claims", packages=["nstbench.claims"]),
    message:
        "verdicts of all claims"
    shell:
        command("judge_claims")
