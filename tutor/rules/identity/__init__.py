"""Rules of identity and network (STS1xx). Importing this enters them into the catalogue."""

from tutor.rules.identity import addresses, governing, names, services

__all__ = ["addresses", "governing", "names", "services"]
