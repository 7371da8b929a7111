"""Rules of operations (STS4xx)."""
