"""A plan, object by object; the one under the cursor, and those that stop it, told in full."""

from collections.abc import Sequence

from tutor.i18n.linebreak import wrap
from tutor.i18n.translator import Translator
from tutor.model.applying import Fate, Plan
from tutor.ui import plan_words
from tutor.ui.widgets.rows import Row, Rows, Text

MOST = 12
"""Changed fields of one object that are listed."""
_IN_FULL = {Fate.CHANGE, Fate.REFUSED, Fate.BARRED, Fate.CONFLICT}


class PlanView(Rows):
    """One row an object, in the order they are applied. Chosen: its place, from 0."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._plan: Plan | None = None
        self._t: Translator | None = None

    def show(self, plan: Plan | None, t: Translator) -> None:
        """Show another plan."""
        if (plan, t) != (self._plan, self._t):
            self._plan, self._t = plan, t
            self.changed()

    def lay(self, width: int) -> Sequence[Row]:
        """Mark and fate; below, what changes and why not."""
        if self._plan is None or self._t is None:
            return []
        return [
            Row(str(number), _row(plan_words.tell(item, self._t), width, self._t))
            for number, item in enumerate(self._plan.items)
        ]


def _row(told: plan_words.Told, width: int, t: Translator) -> tuple[Text, ...]:
    style = f".rows--{told.style}"
    out: list[Text] = []
    for number, line in enumerate(wrap(told.head, width - 2)):
        words = f"{'  ' if number else f'{told.mark} '}{line}"
        out.append(Text(words, ((0, len(words), style),)))
    if told.item.fate in _IN_FULL or told.item.forbidden:
        details = told.details
        if len(details) > MOST:
            left = len(details) - MOST
            details = (*details[:MOST], t.n("{count} more", "{count} more", left))
        for detail in details:
            for number, line in enumerate(wrap(detail, width - 6)):
                out.append(Text(f"{'      ' if number else '    '}{line}"))
    return tuple(out)
