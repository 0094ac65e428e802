"""Benchmarks: ratios to a named floor measured in the same run; nothing here fails by time."""
