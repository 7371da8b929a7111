"""Everything a UI imports to run lessons and quizzes, in one place.

What tells of clusters is imported when it is first asked for: it is heavy, and most screens do
without.
"""

from typing import TYPE_CHECKING, Any

from tutor.course.grading import Grade
from tutor.quiz.marking import Marked, Verdict, complete
from tutor.quiz.round import Asked, Round
from tutor.session.home import Home, Place, Row
from tutor.session.ports import (
    Chance,
    Clock,
    Cluster,
    Clusters,
    MemoryStore,
    Now,
    Output,
    ProgressStore,
    Stop,
    WhatIf,
)
from tutor.session.quizzing import Quiz
from tutor.session.run import Manifest, Run
from tutor.session.session import Session

if TYPE_CHECKING:
    from tutor.session.live import Outcome, Telling
    from tutor.timeline.tape import Tape

__all__ = [
    "Asked",
    "Chance",
    "Clock",
    "Cluster",
    "Clusters",
    "Grade",
    "Home",
    "Manifest",
    "Marked",
    "MemoryStore",
    "Now",
    "Outcome",
    "Output",
    "Place",
    "ProgressStore",
    "Quiz",
    "Round",
    "Row",
    "Run",
    "Session",
    "Stop",
    "Tape",
    "Telling",
    "Verdict",
    "WhatIf",
    "complete",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401  (whatever the module has)
    """What tells of clusters."""
    if name in ("Outcome", "Telling"):
        from tutor.session import live

        return getattr(live, name)
    if name == "Tape":
        from tutor.timeline.tape import Tape

        return Tape
    raise AttributeError(name)
