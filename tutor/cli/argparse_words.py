"""argparse's own words, so that they are extracted and translated with the tutor's.

Checked against CPython 3.11 to 3.14; a string another version adds stays English.
"""

import argparse
from collections.abc import Iterable

from tutor.i18n.translator import N_, Translator

WORDS = (
    N_("usage: "),
    N_("options"),
    N_("positional arguments"),
    N_("show this help message and exit"),
    N_("argument %(argument_name)s: %(message)s"),
    N_("expected at least one argument"),
    N_("expected at most one argument"),
    N_("expected one argument"),
    N_("ignored explicit argument %r"),
    N_("invalid %(type)s value: %(value)r"),
    N_("invalid choice: %(value)r (choose from %(choices)s)"),
    N_("invalid choice: %(value)r, maybe you meant %(suggestion)r? (choose from %(choices)s)"),
    N_("not allowed with argument %s"),
    N_("one of the arguments %s is required"),
    N_("the following arguments are required: %s"),
    N_("unknown parser %(parser_name)r (choices: %(choices)s)"),
    N_("unrecognized arguments: %s"),
)


class Formatter(argparse.HelpFormatter):
    """Help whose Japanese breaks where a reader would, within the cells there are.

    argparse itself counts characters and breaks at spaces.
    """

    def _split_lines(self, text: str, width: int) -> list[str]:
        from tutor.i18n.linebreak import wrap

        return wrap(" ".join(text.split()), width)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return "\n".join(indent + line for line in self._split_lines(text, width - len(indent)))

    def _format_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[argparse._MutuallyExclusiveGroup],
        prefix: str | None,
    ) -> str:
        from tutor.i18n.linebreak import cell_width

        if prefix is None:
            prefix = str(vars(argparse)["_"]("usage: "))
        more = cell_width(prefix) - len(prefix)
        self._width -= more
        text = super()._format_usage(usage, actions, groups, prefix)
        self._width += more
        return text.replace("\n ", f"\n {' ' * more}")


def speak(t: Translator) -> None:
    """Let argparse speak a language, for the rest of this process.

    argparse looks its words up through two names of its own module; it has no other door.
    """
    setattr(argparse, "_", t)  # noqa: B010
    setattr(argparse, "ngettext", t.n)  # noqa: B010
