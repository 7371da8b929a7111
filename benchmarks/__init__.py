"""Timings, as ratios within one run; no tests."""
