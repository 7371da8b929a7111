"""Slips that YAML takes without a word and that change what is meant."""

from tutor.manifest.composer import Composed
from tutor.manifest.problems import Problem
from tutor.manifest.splitting import Chunk


def silent_slips(composed: Composed, chunk: Chunk) -> list[Problem]:
    """Slips in a document that YAML reads."""
    return []
