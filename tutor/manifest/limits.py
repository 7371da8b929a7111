"""How much of a manifest is read. Beyond these a text is refused with a finding, not half read.

Each is far above what real files hold (the largest operators' bundles have some 3 MB, a few hundred
documents and 40 levels) and low enough that hostile text is refused at once.
"""

MAX_BYTES = 10 * 1024 * 1024
"""Bytes, or characters of a text, in one file. One object in etcd may have 1.5 MiB."""

MAX_LINE = 2 * 1024 * 1024
"""Characters in one line: JSON without line breaks may have many."""

MAX_DOCUMENTS = 5_000
"""Documents in one file, empty ones included."""

MAX_NODES = 1_000_000
"""Keys, values and lists in one file, those repeated by aliases not counted."""

MAX_DEPTH = 100
"""Lists and objects within each other. Whoever walks a document may recurse."""

MAX_ALIASED = 50_000
"""Nodes that aliases and merge keys repeat in one file."""

MAX_FINDINGS_PER_CODE = 20
"""Findings of one code in one document; more of the same tell nothing new."""

MAX_REPAIR_CHARACTERS = 3_000_000
"""Characters parsed again, in one file, while looking for what a syntax error comes from."""

MAX_SLIP_LINE = 2_000
"""Characters of a line that is looked into for slips. People do not type longer ones."""


def check_lines(text: str) -> None:
    """Refuse a text with a line that is too long, in steps of that length.

    Raises:
        LimitError: There is one.
    """
    start, line = 0, 1
    while len(text) - start > MAX_LINE:
        end = text.rfind("\n", start, start + MAX_LINE + 1)
        if end < 0:
            raise LimitError("line", MAX_LINE, line)
        line += text.count("\n", start, end + 1)
        start = end + 1


class LimitError(Exception):
    """A text beyond one of the limits.

    Attributes:
        variant: Which one: ``size``, ``line``, ``documents``, ``nodes``, ``depth``, ``aliases``.
        limit: Its value.
        line: Where it was passed, from 1.
        column: Where it was passed, from 1.
    """

    def __init__(self, variant: str, limit: int, line: int = 1, column: int = 1) -> None:
        super().__init__(variant, limit)
        self.variant = variant
        self.limit = limit
        self.line = line
        self.column = column
