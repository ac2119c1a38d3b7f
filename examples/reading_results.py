"""Read what a finished pipeline leaves: runs, their scores, and the verdicts on claims.

make reproduce PROFILE=smoke
.venv/bin/python examples/reading_results.py results
"""

import json
import sys
from pathlib import Path

import pandas as pd


def main(results: Path) -> None:
    # A row per run and metric; `reason` says why a value is missing or what limits it.
    scores = pd.read_csv(results / "scores.csv")
    table = scores.pivot_table(index="run", columns="metric", values="value")
    print(table[["SSIM", "S", "SWD"]].describe().loc[["count", "50%"]])

    # A folder per run: image.png, trace.csv with every loss at every evaluation, run.json with all else.
    for file in sorted(results.glob("runs/*/run.json"))[:3]:
        run = json.loads(file.read_text())
        specification = run["specification"]
        trace = pd.read_csv(file.with_name("trace.csv"))
        pair = f"{specification['content']} in the style of {specification['style']}"
        print(f"{run['id']}: {specification['method']}, {pair}, {len(trace)} evaluations, {run['seconds']} s")

    verdicts = pd.read_csv(results / "claims.csv")
    print(verdicts.groupby(["document", "verdict"]).size().unstack(fill_value=0))


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "results"))
