"""Where things are kept: paths, settings, and progress in SQLite."""
