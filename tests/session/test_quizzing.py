import random

from tutor.model.course import Course, Topic
from tutor.model.progress import Status
from tutor.quiz.bank import Question
from tutor.quiz.schedule import DAY
from tutor.session.api import MemoryStore, Quiz, Session


def session(course: Course, store: MemoryStore, now: float) -> Session:
    return Session(course, store, now=lambda: now, chance=random.Random(5))


def lessons(quiz: Quiz) -> list[str]:
    """The lessons that a round asks about, in its order."""
    asked = [one.question for one in quiz.round.asked]
    return [question.lesson.id for question in asked if isinstance(question, Question)]


def test_a_wrong_answer_comes_first_the_next_time(course: Course) -> None:
    store = MemoryStore()
    quiz = Quiz(session(course, store, 0.0))
    assert lessons(quiz) == ["start/first", "volumes/second"]
    quiz.answer(["name", "claim"])
    quiz.advance()
    quiz.answer(["ip"])
    assert quiz.advance().finished
    assert quiz.round.score == 1
    tomorrow = Quiz(session(course, store, DAY / 2))
    assert lessons(tomorrow)[0] == "volumes/second"


def test_a_quiz_leaves_the_lessons_as_they_are(course: Course) -> None:
    store = MemoryStore()
    at = session(course, store, 0.0)
    run = at.open("start/first")
    quiz = Quiz(at, count=2)
    quiz.answer(["name", "claim"])
    stands = at.progress.lesson("start/first")
    assert stands.status is Status.STARTED
    assert stands.task("which").status is Status.NEW
    assert len(stands.task("which").recalls) == 1
    assert at.run is not None
    assert at.run.progress == at.progress
    assert at.run.task_id == run.task_id
    quiz.advance()
    quiz.answer(["ip"])
    assert at.progress.lesson("volumes/second").status is Status.NEW


def test_topic_and_count_limit_a_quiz(course: Course) -> None:
    at = session(course, MemoryStore(), 0.0)
    assert len(Quiz(at, count=1).round.asked) == 1
    assert lessons(Quiz(at, Topic.VOLUMES)) == ["volumes/second"]
    assert Quiz(at, Topic.ORDERING).round.finished
