"""Attendance: how many sessions clients attend, and how they rate the alliance on average."""

from itertools import groupby
from statistics import fmean
from math import fsum, sqrt

import dyad


def mean(id, label, values, needed):
    """A mean over clients with its standard error, or why there is none."""
    fields = {"n": {"clients": len(values)}, "method": "arithmetic mean over clients"}
    if len(values) < max(needed, 2):
        return dyad.estimate(id, label, refused=f"fewer than {needed} clients", **fields)
    centre = fmean(values)
    variance = fsum((x - centre) ** 2 for x in values) / (len(values) - 1)
    return dyad.estimate(id, label, centre, se=sqrt(variance / len(values)), **fields)


run = dyad.request()
needed = run.settings.get("min_clients", 10)
sessions = run.table("sessions")
# The rows of a client stand together.
clients = [list(rows) for _, rows in groupby(range(len(sessions["client"])), sessions["client"].__getitem__)]

estimates = [mean("sessions/mean", "Sessions attended per client", [len(rows) for rows in clients], needed)]
for measure in run.measures:
    ratings = sessions[measure["id"]]
    given = ([ratings[row] for row in rows if ratings[row] is not None] for rows in clients)
    means = [fmean(values) for values in given if values]
    estimates.append(mean(f"{measure['id']}/mean", "Mean rating", means, needed))

dyad.findings(estimates)
