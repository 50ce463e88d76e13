"""Reads a sessions file with bare polars and sorts it: what any analysis of it costs at least.

usage: read_sort.py FILE [--to-parquet FILE]

Prints seconds of reading and sorting (without the start of Python) and the highest resident memory in MiB.
"""
import resource
import sys
import time

import polars as pl

KEYS = ["site", "therapist", "client", "session"]


def read(path):
    return pl.read_parquet(path) if path.endswith(".parquet") else pl.read_csv(path)


if "--to-parquet" in sys.argv:
    read(sys.argv[1]).write_parquet(sys.argv[sys.argv.index("--to-parquet") + 1], compression="zstd")
else:
    start = time.perf_counter()
    frame = read(sys.argv[1]).sort(KEYS)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{seconds:.3f} {peak:.0f} {frame.height} polars {pl.__version__}")
