"""Rules of storage (STS3xx)."""
