"""Reads a sessions file with bare polars and sorts it: what any analysis of it costs at least.

usage: read_sort.py FILE [--to-parquet FILE]

Prints seconds of reading and sorting (without the start of Python), the highest resident memory in MiB, and CPU seconds.
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
    start, cpu = time.perf_counter(), time.process_time()
    frame = read(sys.argv[1]).sort(KEYS)
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{seconds:.3f} {peak:.0f} {cpu:.3f} {frame.height} polars {pl.__version__}")
