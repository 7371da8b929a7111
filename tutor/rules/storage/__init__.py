"""STS3xx: volumes, claims, and what becomes of the data."""

from tutor.rules.storage import claims, classes, mounts, retention, sharing, sizes, software

__all__ = ["claims", "classes", "mounts", "retention", "sharing", "sizes", "software"]
