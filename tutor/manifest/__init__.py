"""YAML text → Documents: values as kubectl reads them, every node with line and column."""
