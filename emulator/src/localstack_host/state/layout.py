"""The names of the files in a saved state, and in what is exported of it."""

from __future__ import annotations

BLOBS = "blobs"
METRICS = "metrics.db"
STATE_JSON = "state.json"
METRICS_JSON = "metrics.json"
TABLES = ("SINGLE_METRICS", "AGGREGATED_METRICS")
"""CloudWatch's tables of data points, in the database of METRICS."""
