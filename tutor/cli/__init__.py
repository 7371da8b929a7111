"""The commands: one small file each; the composition root of the house."""

import sys
from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; see ``tutor.cli.app``."""
    from tutor.cli.surroundings import take

    take()
    from tutor.cli.app import run

    return run(sys.argv[1:] if argv is None else argv)
