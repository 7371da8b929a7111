"""The steps of a lesson: a line on a narrow screen, a list beside the text on a wide one."""

from dataclasses import dataclass

from textual import events
from textual.app import RenderResult
from textual.content import Content, Span
from textual.geometry import Size
from textual.message import Message
from textual.widget import Widget

from tutor.i18n.linebreak import cell_width, truncate
from tutor.i18n.translator import Translator
from tutor.model.progress import Status
from tutor.session.run import Run
from tutor.ui import words
from tutor.ui.widgets.rows import POINTER


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what is shown of it."""

    id: str
    title: str
    status: Status
    says: str
    here: bool


class Outline(Widget):
    """Steps that can be clicked. Says :class:`Outline.Picked`."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    Outline {
        height: 1;
        padding: 0 1;
        color: $quiet;
        background: $surface;
    }
    """

    class Picked(Message):
        """A step was clicked."""

        def __init__(self, task_id: str) -> None:
            super().__init__()
            self.task_id = task_id

    def __init__(self) -> None:
        super().__init__()
        self._steps: tuple[Step, ...] = ()
        self._places: list[tuple[int, int, int, str]] = []

    def show(self, run: Run, t: Translator) -> None:
        """Show the steps as they stand."""
        said = run.lesson.words[t.language].tasks
        steps = tuple(
            Step(
                task.id,
                said[task.id].title,
                status,
                t(", ").join((words.kind(task, t), words.status(status, t))),
                task.id == run.task_id and not run.finished,
            )
            for task, status in run.outline
        )
        if steps != self._steps:
            self._steps = steps
            self.refresh()

    @property
    def text(self) -> str:
        """Every step in words."""
        return "\n".join(f"{s.title} ({s.says})" for s in self._steps)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """One line; as a list it is given its height."""
        return 1

    def render(self) -> RenderResult:
        """A list where there is room for one."""
        size = self.content_size
        self._places = []
        return self._list(size) if size.height > 1 else self._line(size.width)

    def _line(self, width: int) -> Content:
        """Marks and numbers; the title of the step one is at gets the rest of the room."""
        others = sum(len(f"{n} ") + 3 for n in range(1, len(self._steps)))
        content = Content()
        for number, step in enumerate(self._steps, 1):
            mark = words.STATUS_MARK[step.status]
            if step.here:
                title = truncate(f"{number} {step.title}", max(width - others - 6, 8))
                part = _styled(f"{POINTER}{mark} {title}", "$text-primary bold")
            else:
                part = Content(f"{mark} {number}")
            begin = content.cell_length
            self._places.append((0, begin, begin + part.cell_length, step.id))
            content = content + part + Content("  ")
        return content

    def _list(self, size: Size) -> Content:
        lines: list[Content] = []
        for number, step in enumerate(self._steps, 1):
            top = len(lines)
            mark = words.STATUS_MARK[step.status]
            lead = POINTER if step.here else " " * cell_width(POINTER)
            style = "$text-primary bold" if step.here else "$foreground"
            room = max(size.width - 6, 8)
            title = truncate(f"{number} {step.title}", room)
            lines.append(_styled(f"{lead}{mark} {title}", style))
            lines.append(Content(truncate(f"      {step.says}", size.width)))
            if len(self._steps) * 3 <= size.height:
                lines.append(Content())
            self._places += [(y, 0, size.width, step.id) for y in range(top, len(lines))]
        return Content("\n").join(lines)

    def on_click(self, event: events.Click) -> None:
        """Pick the step under the mouse."""
        x, y = event.get_content_offset_capture(self)
        for row, begin, end, task_id in self._places:
            if row == y and begin <= x < end:
                event.stop()
                self.post_message(self.Picked(task_id))
                return


def _styled(text: str, style: str) -> Content:
    return Content(text, [Span(0, len(text), style)])
