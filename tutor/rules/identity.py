"""Rules of identity and network (STS1xx)."""
