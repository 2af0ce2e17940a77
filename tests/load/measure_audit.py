"""How much memory and time an audit takes: python -m tests.load.measure_audit [ORDERS ...]."""

from __future__ import annotations

import gc
import sys
import time
import tracemalloc

import psutil

from lab.operate import audit
from tests.load.many_orders import NOW, books

SIZES = (1_000, 10_000, 100_000)


def peak_of(count: int) -> int:
    """Python's memory at the height of an audit of so many clean orders, in bytes."""
    gc.collect()
    tracemalloc.start()
    report = audit.audit(books(count), NOW)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    if not report.settled:
        raise AssertionError(report)
    return peak


def main(sizes: tuple[int, ...]) -> None:
    """Prints a row for each size. `process` has SQLite's own memory as well, which Python's not."""
    sys.stdout.write("orders    python_kb  process_mb  seconds\n")
    process = psutil.Process()
    for count in sizes:
        peak = peak_of(count)  # tracing makes it several times slower: timed without it
        start = time.perf_counter()
        audit.audit(books(count), NOW)
        took = time.perf_counter() - start
        rss = process.memory_info().rss
        sys.stdout.write(f"{count:<9,} {peak / 1e3:<10,.0f} {rss / 1e6:<11.0f} {took:.1f}\n")


if __name__ == "__main__":
    main(tuple(map(int, sys.argv[1:])) or SIZES)
