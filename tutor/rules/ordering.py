"""Rules of ordering and updates (STS2xx)."""
