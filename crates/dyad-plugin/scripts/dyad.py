"""What a script plugin needs to speak with its host. Standard library only.

    import dyad
    run = dyad.request()
    client = run.table("sessions")["client"]      # a list; missing values are None
    dyad.findings([dyad.estimate("sessions/mean", "Sessions per client", 4.2, n={"clients": 10})])
"""

import array
import json
import os
import sys


class Run:
    """Settings, seed, measures and tables of this run."""

    def __init__(self, document):
        self.settings = document["settings"]
        self.seed = int(document["seed"], 16)
        self.measures = document["study"]["measures"]
        self._tables = document["tables"]

    def table(self, name):
        """The columns of a table by name, as lists, in the table's order."""
        table = self._tables[name]
        with open(table["file"], "rb") as file:
            return {c["name"]: _column(file, c, table["rows"]) for c in table["columns"]}


def request():
    """Reads the request of this run."""
    with open("request.json", encoding="utf-8") as file:
        return Run(json.load(file))


def estimate(id, label, value=None, **fields):
    """One estimate; further fields by name: se, ci, p, n, method, source, refused."""
    return {"id": id, "label": label, "estimate": value, **fields}


def findings(estimates=(), **parts):
    """Hands the findings over: once, at the end. Numbers keep all their digits."""
    text = json.dumps({"estimates": list(estimates), **parts}, allow_nan=False)
    with open("findings.new", "w", encoding="utf-8") as file:
        file.write(text)
    os.replace("findings.new", "findings.json")


def _bytes(file, place):
    start, length = place
    file.seek(start)
    return file.read(length)


def _bits(data, rows):
    return [bool(data[row >> 3] >> (row & 7) & 1) for row in range(rows)]


def _column(file, column, rows):
    kind = column["type"]
    if kind not in ("int64", "float64", "boolean"):
        raise TypeError(f"column {column['name']} is {kind}: read the Arrow file itself")
    data = _bytes(file, column["values"])
    if kind == "boolean":
        values = _bits(data, rows)
    else:
        values = array.array("q" if kind == "int64" else "d")
        values.frombytes(data[: rows * 8])
        if sys.byteorder != "little":
            values.byteswap()
        values = values.tolist()
    if column["validity"] is not None:
        valid = _bits(_bytes(file, column["validity"]), rows)
        values = [value if there else None for value, there in zip(values, valid)]
    return values
