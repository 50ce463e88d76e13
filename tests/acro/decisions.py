# acro 1.0.2 (PyPI), its default configuration. Writes tests/acro/decisions.json: what the program decides about made-up tables and
# models. Run by `cargo xtask acro` from the root of the workspace; a Rust test compares our decisions with these.

import json
import logging
import os
import random
import tempfile

import numpy as np
import pandas as pd
from acro import ACRO

logging.disable(logging.CRITICAL)
HERE = os.path.dirname(os.path.abspath(__file__))


def outcomes(session):
    """The verdict of every cell of the latest table, by its row."""
    name = list(session.results.results)[-1]
    record = session.results.get(name)
    return record, {row: str(record.outcome.loc[row].iloc[0]) for row in record.outcome.index}


def counts(session):
    """Which numbers of persons pass as a cell of a table of frequencies."""
    numbers = list(range(1, 31))
    cells = [name for n in numbers for name in [f"c{n:03d}"] * n]
    people = pd.DataFrame({"cell": cells, "all": "n"})
    session.crosstab(people["cell"], people["all"])
    _, verdicts = outcomes(session)
    return [{"n": n, "fails": "MinimumThresholdCheck" in verdicts[f"c{n:03d}"]} for n in numbers]


def dominance(session):
    """Which sums over therapists' caseloads pass: the two largest (n, k) and the p-ratio."""
    rng = random.Random(20240607)
    cells = []
    for index in range(120):
        clients = [rng.randint(1, 9) for _ in range(rng.randint(10, 16))]
        for _ in range(rng.randint(0, 2)):
            clients[rng.randrange(len(clients))] = rng.randint(10, 900)
        cells.append({"cell": f"c{index:03d}", "clients": clients})
    rows = [(c["cell"], "n", n) for c in cells for n in c["clients"]]
    frame = pd.DataFrame(rows, columns=["cell", "all", "clients"])
    session.crosstab(frame["cell"], frame["all"], values=frame["clients"], aggfunc="sum")
    _, verdicts = outcomes(session)
    for cell in cells:
        verdict = verdicts[cell["cell"]]
        cell["fails"] = verdict != "ok"
        cell["why"] = verdict.strip("; ")
    return cells


def models(session):
    """Which residual degrees of freedom pass."""
    rng = np.random.default_rng(20240607)
    found = []
    for n in range(6, 31):
        design = np.column_stack([np.ones(n), rng.normal(size=(n, 2))])
        session.ols(rng.normal(size=n), design)
        record = session.results.get(list(session.results.results)[-1])
        found.append({"df": n - 3, "fails": record.status == "fail"})
    return found


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        session = ACRO(suppress=False)
        decided = {
            "program": "acro 1.0.2",
            "counts": counts(session),
            "dominance": dominance(session),
            "models": models(session),
        }
    with open(os.path.join(HERE, "decisions.json"), "w", encoding="utf-8") as file:
        json.dump(decided, file, indent=1)
        file.write("\n")


main()
