"""The course as a map: topics, and under each its lessons with where they stand."""

from collections.abc import Sequence

from tutor.i18n.linebreak import cell_width, pad, truncate
from tutor.i18n.translator import Translator
from tutor.session.home import Home
from tutor.session.home import Row as LessonRow
from tutor.ui import words
from tutor.ui.widgets.rows import Row, Rows, Text


class CourseMap(Rows):
    """One row a lesson. Chosen: its id."""

    def __init__(self) -> None:
        super().__init__(id="map")
        self._home: Home | None = None
        self._t: Translator | None = None

    def show(self, home: Home, t: Translator) -> None:
        """Show the map as it stands."""
        self._home, self._t = home, t
        self.changed()

    def lay(self, width: int) -> Sequence[Row]:
        """Title, status and minutes in columns; a narrow screen keeps title and status."""
        home, t = self._home, self._t
        if home is None or t is None:
            return []
        says = {row.lesson.id: words.status(row.status, t) for row in home.rows}
        minutes = {
            row.lesson.id: t("{minutes} min", minutes=row.lesson.minutes) for row in home.rows
        }
        status_room = max(map(cell_width, says.values()), default=0)
        minute_room = max(map(cell_width, minutes.values()), default=0)
        titles = [_title(row, t) for row in home.rows]
        title_room = min(
            max(map(cell_width, titles), default=0) + 2, max(width - status_room - 6, 12)
        )
        with_minutes = width >= title_room + status_room + minute_room + 8
        rows: list[Row] = []
        for topic, lessons in home.topics:
            done = sum(row.status.done for row in lessons)
            head = words.topic(topic, t)
            count = t("{done} of {total} done", done=done, total=len(lessons))
            line = f"{head}  {count}"
            spans = ((0, len(head), ".rows--heading"), (len(head), len(line), ".rows--quiet"))
            rows.append(Row("", (Text(truncate(line, width), spans),)))
            for row in lessons:
                mark, say = words.STATUS_MARK[row.status], says[row.lesson.id]
                title = pad(truncate(_title(row, t), title_room), title_room)
                line = f"{mark} {title}  {pad(say, status_room)}"
                at = len(line) - len(pad(say, status_room))
                if with_minutes:
                    gap = " " * (minute_room - cell_width(minutes[row.lesson.id]))
                    line = f"{line}  {gap}{minutes[row.lesson.id]}"
                style = words.STATUS_STYLE[row.status]
                parts = [(0, 1, style), (at, at + len(say), style)]
                if with_minutes:
                    parts.append((at + len(say), len(line), ".rows--quiet"))
                rows.append(Row(row.lesson.id, (Text(line, tuple(parts)),)))
        return rows


def _title(row: LessonRow, t: Translator) -> str:
    return words.title(row.lesson, t.language).title
