"""The ranking of the benchmark.

Input: finished runs and results/scores/benchmark-scores-*.csv, with the columns trial, metric, value, reason,
and results/benchmark/peers/. Output: results/benchmark/ranking.csv and .json (docs/benchmark.md), and their
drawing; seconds of wall time, memory in MB.
"""

from pathlib import Path

import pandas as pd

from nstbench.charts.ranking import draw_ranking
from nstbench.pipeline.benchmark.making import measure_memory
from nstbench.pipeline.benchmark.ranking import rank
from nstbench.pipeline.benchmark.records import write_ranking
from nstbench.pipeline.project import Project
from nstbench.pipeline.seals import whole


def job(project: Project) -> None:
    results = Path("results")
    batches = (results / "scores" / f"{id}.csv" for id in project.benchmark_scoring_batches)
    scores = pd.concat([pd.read_csv(whole(file)) for file in batches])
    memory: dict[str, float] = {}
    if not project.profile.brief:  # A process for each entry takes its time.
        memory = measure_memory(project.contest, results, 1, lambda stage, done, total: None)
    ranking = rank(
        project.contest, project.benchmark, project.profile, project.manifest, scores, memory, results
    )
    write_ranking(ranking, results)
    draw_ranking(ranking, results)
