"""Everything a UI imports to run lessons and quizzes, in one place."""

from tutor.course.grading import Grade
from tutor.quiz.marking import Marked, Verdict, complete
from tutor.quiz.round import Asked, Round
from tutor.session.home import Home, Place, Row
from tutor.session.live import Outcome, Telling
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
