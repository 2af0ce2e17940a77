"""Caches for results that LocalStack computes repeatedly."""
