"""The choices of a prediction or a question."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from tutor.i18n.translator import Translator
from tutor.model.course import ChoiceTask, Form
from tutor.ui import words
from tutor.ui.layout import flow, lines
from tutor.ui.markdown import Kind, Run, inline, parse
from tutor.ui.widgets.rows import Row, Rows, Text

_STYLES = {Kind.CODE: ".rows--code", Kind.STRONG: ".rows--strong", Kind.EMPHASIS: ".rows--strong"}
_VERDICT_STYLE = {
    "hit": ".rows--good",
    "wrong": ".rows--bad",
    "missed": ".rows--warn",
    "left": ".rows--quiet",
}


class Choices(Rows):
    """Choices to pick by Enter, Space, a digit or the mouse.

    For an order, a choice gets the next number; picking it again takes it back.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(str(digit), f"pick({digit})", show=False) for digit in range(1, 10)),
        Binding("backspace", "unpick", show=False),
    ]

    BUTTON: ClassVar[int] = 2
    """Lines below the choices: an empty one, and the button that gives the answer."""

    class Changed(Message):
        """Other choices are picked."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._question: ChoiceTask | None = None
        self._shown: tuple[str, ...] = ()
        self._says: Mapping[str, str] = {}
        self._why: Mapping[str, str] = {}
        self._given: tuple[str, ...] = ()
        self._verdicts: Mapping[str, str] = {}
        self._t: Translator | None = None
        self._opened = True
        self._touched = False
        self.picked: tuple[str, ...] = ()

    def show(
        self,
        task: ChoiceTask,
        shown: tuple[str, ...],
        says: Mapping[str, str],
        t: Translator,
        *,
        why: Mapping[str, str] | None = None,
        given: tuple[str, ...] = (),
        verdicts: Mapping[str, str] | None = None,
        open_for_answer: bool = True,
    ) -> None:
        """Show a question.

        Args:
            task: The question.
            shown: Its choices, in the order to show them.
            says: Choice to its words, Markdown.
            t: The language.
            why: Choice to its explanation, for those explained now.
            given: The last answer, once there is one.
            verdicts: Choice to what that answer made of it (``hit``, ``wrong``, ``missed``,
                ``left``).
            open_for_answer: Whether choices can be picked.
        """
        if self._question is not task:
            self.picked = given
            self.set_reactive(Rows.cursor, shown[0] if shown else "")
            self._touched = False
        self._question, self._shown, self._t = task, shown, t
        self._says, self._why = says, why or {}
        self._given, self._verdicts = given, verdicts or {}
        self._opened = open_for_answer
        self.changed()

    def watch_cursor(self, key: str) -> None:
        """The reader has moved it."""
        self._touched = True
        super().watch_cursor(key)

    def show_cursor(self) -> None:
        """Keep in sight what the reader moves to; a question that comes up scrolls nothing."""
        if self._touched:
            super().show_cursor()

    def beside(self, key: str) -> tuple[int, int]:
        """The question is read with its first choice, the button with its last."""
        return (
            self.virtual_region.y if key == self._shown[0] else 0,
            self.BUTTON if key == self._shown[-1] else 0,
        )

    def lay(self, width: int) -> Sequence[Row]:
        """A box, the words, what became of it, and why."""
        t = self._t
        if self._question is None or t is None:
            return []
        rows: list[Row] = []
        for number, choice in enumerate(self._shown, 1):
            lead = f"{number} {self._box(choice)} "
            laid = [
                *_texts(flow(inline(self._says[choice], t.language), width - len(lead)), lead),
                *self._verdict(choice, len(lead), width, t),
            ]
            rows.append(Row(choice, (*laid, Text()) if self._why else tuple(laid)))
        return rows

    def _box(self, choice: str) -> str:
        assert self._question is not None  # noqa: S101  (lay() has looked)
        if self._question.form is Form.ORDER:
            place = self.picked.index(choice) + 1 if choice in self.picked else 0
            return f"[{place or ' '}]"
        if self._question.form is Form.ONE:
            return "(●)" if choice in self.picked else "( )"
        return "[●]" if choice in self.picked else "[ ]"

    def _verdict(self, choice: str, indent: int, width: int, t: Translator) -> list[Text]:
        """Nothing as soon as something else is picked: it would speak of another answer."""
        verdict = self._verdicts.get(choice)
        if verdict is None or self._question is None or self.picked != self._given:
            return []
        if choice not in self._why and verdict not in ("hit", "wrong"):
            return []
        place, form = 0, self._question.form
        if form is Form.ORDER and choice in self._given:
            place = self._given.index(choice) + 1
        said = words.verdict(verdict, place, t, form)
        head = f"{' ' * indent}{words.VERDICT_MARK[verdict]} {said}"
        out = [Text(head, ((indent, len(head), _VERDICT_STYLE[verdict]),))]
        if choice in self._why:
            laid = lines(parse(self._why[choice], t.language), width - indent - 2)
            out += _texts([line.runs for line in laid], " " * (indent + 2))
        return out

    def action_choose(self) -> None:
        """Pick what is under the cursor, or take it back."""
        self.pick(self.cursor)

    def action_pick(self, number: int) -> None:
        """Pick a choice by its number."""
        if number <= len(self._shown):
            self.cursor = self._shown[number - 1]
            self.pick(self.cursor)

    def action_unpick(self) -> None:
        """Take back the last one picked."""
        if self.picked and self._opened:
            self._picked(self.picked[:-1])

    def pick(self, choice: str) -> None:
        """Pick a choice, or take it back."""
        task = self._question
        if task is None or not self._opened or choice not in self._shown:
            return
        if task.form is Form.ONE:
            self._picked((choice,))
        elif choice in self.picked:
            self._picked(tuple(c for c in self.picked if c != choice))
        elif task.form is Form.MANY or len(self.picked) < len(task.answer):
            self._picked((*self.picked, choice))

    def _picked(self, picked: tuple[str, ...]) -> None:
        self.picked = picked
        self.changed()
        self.post_message(self.Changed())


def _texts(laid: Sequence[tuple[Run, ...]], lead: str) -> list[Text]:
    out: list[Text] = []
    for number, runs in enumerate(laid):
        begin = lead if not number else " " * len(lead)
        at = len(begin)
        spans: list[tuple[int, int, str]] = []
        for run in runs:
            if run.kind in _STYLES:
                spans.append((at, at + len(run.text), _STYLES[run.kind]))
            at += len(run.text)
        out.append(Text(begin + "".join(run.text for run in runs), tuple(spans)))
    return out
