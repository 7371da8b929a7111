"""Lint, skeleton and preview of lessons."""
