"""Everything a UI imports to run lessons and quizzes, in one place."""

from tutor.course.grading import Grade
from tutor.quiz.marking import Marked, Verdict, complete
from tutor.quiz.round import Asked, Round
from tutor.session.home import Home, Place, Row
from tutor.session.ports import Chance, MemoryStore, Now, ProgressStore
from tutor.session.quizzing import Quiz
from tutor.session.run import Run
from tutor.session.session import Session

__all__ = [
    "Asked",
    "Chance",
    "Grade",
    "Home",
    "Marked",
    "MemoryStore",
    "Now",
    "Place",
    "ProgressStore",
    "Quiz",
    "Round",
    "Row",
    "Run",
    "Session",
    "Verdict",
    "complete",
]
