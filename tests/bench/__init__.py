"""Benchmarks: each module has `measure()`, `run` collects them."""
