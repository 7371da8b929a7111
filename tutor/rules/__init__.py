"""The rule catalogue: one rule, one code, one place; pure functions over documents."""
