"""Rules of operations (STS4xx). Importing this enters them into the catalogue."""

from tutor.rules.operations import changes, disruption, replacement, upkeep

__all__ = ["changes", "disruption", "replacement", "upkeep"]
