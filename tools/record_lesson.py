"""Record one lesson from a prediction to its debrief, as the line mode tells it.

    python tools/record_lesson.py [FOLDER]

The real program against its offline cluster, with answers as somebody would type them:
``docs/lesson-<lang>.txt``.
"""

import argparse
import io
import random
import time
from pathlib import Path

from tutor.cli.context import Context
from tutor.cli.study import Late
from tutor.course.loader import load, locate
from tutor.model.course import LANGUAGES, ChoiceTask, WriteTask
from tutor.session.api import MemoryStore, Session
from tutor.ui import plain
from tutor.ui.outside import Outside, Start

FOLDER = Path(__file__).parent.parent / "docs"
LESSON = "start/what-is-a-statefulset"
WIDTH = 84
HEADS = {
    "en": (
        "One lesson, from a prediction to its debrief",
        "Recorded by tools/record_lesson.py: sts-tutor learn --plain and its offline cluster.",
    ),
    "ja": (
        "予想から振り返りまでの、1つのレッスン",
        "tools/record_lesson.pyによる、sts-tutor learn --plainの記録です。",
    ),
}


class NoSettings:
    """Keeps nothing."""

    def set(self, name: str, value: str) -> None:
        """Forget it."""


class Typing(io.StringIO):
    """Lines that show up where they are typed."""

    def __init__(self, lines: list[str], target: io.StringIO) -> None:
        super().__init__("".join(f"{line}\n" for line in lines))
        self._target = target

    def readline(self, size: int = -1, /) -> str:  # type: ignore[override]
        """One line, echoed."""
        line = super().readline(size)
        self._target.write(line)
        return line


def typed(session: Session, folder: Path) -> list[str]:
    """What the learner types: a prediction that is a little wrong, an answer, the rest in order."""
    lesson = session.course.lesson(LESSON)
    prediction = lesson.task("applied")
    repair = next(task for task in lesson.tasks if isinstance(task, WriteTask))
    if not isinstance(prediction, ChoiceTask):
        raise TypeError(prediction)
    file = folder / "answer.yaml"
    file.write_text(repair.solutions[0].text, "utf-8")
    chosen = " ".join(str(prediction.choices.index(c) + 1) for c in ("running", "claims", "dns"))
    return [
        "steps 2",
        chosen,
        "play",
        "steps 4",
        f"file {file.name}",
        "next",
        "open",
        "run",
        "yes",
        "steps 8",
        "open",
        "kubectl get pods",
        "run",
        "quit",
    ]


def record(language: str, folder: Path) -> str:
    """One conversation."""
    session = Session(
        load(*locate()),
        MemoryStore(),
        now=time.time,
        chance=random.Random(7),  # noqa: S311
    )
    clusters, target = Late(Context(language), ""), io.StringIO()
    outside = Outside(session, NoSettings(), language=language, clusters=clusters)
    try:
        source = Typing(typed(session, folder), target)
        plain.run(outside, Start(lesson=LESSON), source, target, width=WIDTH)
    finally:
        clusters.close()
    text = target.getvalue()
    begin = text.index("> steps 2")
    title, about = HEADS[language]
    return f"{title}\n\n{about}\n\n{text[begin:].rstrip()}\n"


def main() -> None:
    """Record it in every language."""
    import os
    import tempfile

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    args = parser.parse_args()
    target = args.folder.resolve()
    with tempfile.TemporaryDirectory() as work:
        os.chdir(work)
        for language in LANGUAGES:
            (target / f"lesson-{language}.txt").write_text(record(language, Path(work)), "utf-8")


if __name__ == "__main__":
    main()
