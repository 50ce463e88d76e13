"""The headline analyses in Python: client table, correlations, three-level mixed models, repeated-measures correlation,
meta-analysis over sites, five figures. What a colleague would write with polars, statsmodels, pingouin and matplotlib.

usage: headline.py SESSIONS_CSV OUT_FOLDER

Writes five PNG files and headline.json: estimates by the ids of dyad, seconds by part, versions. statsmodels has no Satterthwaite
degrees of freedom: its mixed models stop at z tests, which is less than R and dyad do.
"""
import json
import sys
import time
import warnings
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pingouin
import polars as pl
import scipy.stats
import statsmodels
import statsmodels.formula.api as smf
from statsmodels.stats.meta_analysis import combine_effects

if len(sys.argv) != 3:
    sys.exit("usage: headline.py SESSIONS_CSV OUT_FOLDER")
warnings.filterwarnings("ignore")
out = Path(sys.argv[2])
out.mkdir(parents=True, exist_ok=True)
seconds, found, clock = {}, {}, time.perf_counter()


def part(name):
    global clock
    now = time.perf_counter()
    seconds[name] = now - clock
    clock = now


d = pl.read_csv(sys.argv[1]).sort("site", "therapist", "client", "session")
part("read and sort")

in_window = pl.col("session").is_between(3, 5)
clients = d.group_by("client", maintain_order=True).agg(
    pl.col("site", "therapist", "baseline", "burnout").first(),
    pl.col("alliance_client").filter(in_window).mean().alias("ea"),
    pl.col("symptom").drop_nulls().last().alias("final"),
)
both = clients.drop_nulls(["ea", "final"])
part("client table")

prefix = "alliance-outcome/early/alliance_client/symptom/"
frame = pd.DataFrame({c: both[c].to_numpy() for c in ["ea", "final", "baseline"]})
found[prefix + "pearson"] = pingouin.corr(frame.ea, frame.final)["r"].iloc[0]
found[prefix + "spearman"] = pingouin.corr(frame.ea, frame.final, method="spearman")["r"].iloc[0]
found[prefix + "partial"] = pingouin.partial_corr(frame, "ea", "final", "baseline")["r"].iloc[0]
part("correlations")

# pingouin.rm_corr fits one dummy per client; centring gives the same correlation.
pairs = d.drop_nulls(["alliance_client", "symptom"]).with_columns(
    (pl.col("alliance_client") - pl.col("alliance_client").mean().over("client")).alias("x"),
    (pl.col("symptom") - pl.col("symptom").mean().over("client")).alias("y"),
)
session = "alliance-outcome/session/alliance_client/symptom/"
found[session + "rmcorr"] = scipy.stats.pearsonr(pairs["x"].to_numpy(), pairs["y"].to_numpy())[0]
part("repeated-measures correlation")

means = (
    d.group_by("therapist", "client", maintain_order=True)
    .agg(pl.col("alliance_client").mean().alias("mean_client"))
    .with_columns(pl.col("mean_client").mean().over("therapist").alias("mean_therapist"))
)
grand = means.group_by("therapist").agg(pl.col("mean_therapist").first())["mean_therapist"].mean()
strain = d.group_by("therapist").agg(pl.col("burnout").first())["burnout"].mean()
consecutive = pl.col("session").shift(1).over("client") == pl.col("session") - 1
d = d.join(means.select("client", "mean_client", "mean_therapist"), on="client", maintain_order="left").with_columns(
    pl.when(consecutive).then(pl.col("alliance_client").shift(1).over("client")).alias("lag"),
    (pl.col("session") - 1).alias("s1"),
    (pl.col("session") - 3).alias("t"),
    (pl.col("burnout") - strain).alias("burnout_c"),
).with_columns(
    (pl.col("lag") - pl.col("mean_client")).alias("within"),
    (pl.col("mean_client") - pl.col("mean_therapist")).alias("between_client"),
    (pl.col("mean_therapist") - grand).alias("between_therapist"),
)


def fit(formula, rows, columns):
    rows = rows.select(*columns, "therapist", "client").drop_nulls()
    data = pd.DataFrame({c: rows[c].to_numpy() for c in rows.columns})
    model = smf.mixedlm(formula, data, groups="therapist", re_formula="1", vc_formula={"client": "0 + C(client)"})
    return model.fit(reml=True, method="lbfgs").params


lagged = ["s1", "within", "between_client", "between_therapist", "baseline"]
params = fit("symptom ~ " + " + ".join(lagged), d, ["symptom", *lagged])
for what in ["within", "between_client", "between_therapist"]:
    found[session + "lagged_" + what] = params[what]
params = fit("alliance_client ~ s1 + burnout_c", d, ["alliance_client", "s1", "burnout_c"])
found["therapist-burnout/alliance/alliance_client/burnout/slope"] = params["burnout_c"]
params = fit("symptom ~ s1 * burnout_c + baseline", d, ["symptom", "s1", "burnout_c", "baseline"])
found["therapist-burnout/outcome/symptom/burnout/slope"] = params["burnout_c"]
params = fit("alliance_client ~ t + I(t**2)", d.filter(pl.col("session") <= 5), ["alliance_client", "t"])
found["early-peak/growth/alliance_client/quadratic"] = params["I(t ** 2)"]
part("mixed models")

sites = both.group_by("site", maintain_order=True).agg(pl.corr("ea", "final").alias("r"), pl.len().alias("n"))
r, n = -sites["r"].to_numpy(), sites["n"].to_numpy()
pooled = combine_effects(np.arctanh(r), 1 / (n - 3), method_re="iterated", use_t=True)
part("meta-analysis")


def draw(name, paint):
    figure, axes = plt.subplots(figsize=(7, 4.5), dpi=100)
    paint(axes)
    figure.savefig(out / f"{name}.png")
    plt.close(figure)


course = d.drop_nulls("alliance_client").group_by("session").agg(
    pl.col("alliance_client").mean().alias("mean"),
    (pl.col("alliance_client").std() / pl.len().sqrt()).alias("se"),
).sort("session")
peak = (
    d.filter(pl.col("session") <= 5).drop_nulls("alliance_client")
    .group_by("client").agg(pl.len().alias("n"), pl.col("session").get(pl.col("alliance_client").arg_max()).alias("peak"))
    .filter(pl.col("n") == 5).group_by("peak").len().sort("peak")
)
half = 1.96 / np.sqrt(n - 3)
slope, intercept = np.polyfit(frame.ea, frame.final, 1)
draw("trajectory", lambda a: a.errorbar(course["session"], course["mean"], 1.96 * course["se"]))
draw("early", lambda a: (a.hist2d(frame.ea, frame.final, bins=30), a.axline((0, intercept), slope=slope)))
draw("forest", lambda a: a.errorbar(r, range(len(r)), xerr=[r - np.tanh(np.arctanh(r) - half), np.tanh(np.arctanh(r) + half) - r], fmt="o"))
draw("peak", lambda a: a.bar(peak["peak"], peak["len"]))
draw("change", lambda a: (a.hist2d(frame.baseline, frame.final, bins=30), a.axline((0, 0), slope=1)))
part("figures")

versions = {"python": sys.version.split()[0]}
versions |= {m.__name__: m.__version__ for m in [pl, pd, np, scipy, statsmodels, pingouin, matplotlib]}
text = json.dumps({"estimates": {k: float(v) for k, v in found.items()}, "seconds": seconds, "versions": versions}, indent=1)
(out / "headline.json").write_text(text)
