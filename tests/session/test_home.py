from tutor.model.course import Course, Topic
from tutor.model.progress import Did, Event, Progress, Status, replay
from tutor.session.home import Place, after, home

FIRST, SECOND = "start/first", "volumes/second"


def opened(lesson: str, task: str = "why") -> Event:
    return Event(1.0, Did.OPENED, lesson, task)


def solved(lesson: str) -> list[Event]:
    tasks = ["why", "order", "fix", "which"]
    return [Event(2.0, Did.SOLVED, lesson, task) for task in [*tasks, ""]]


def test_at_the_very_start_the_first_lesson_is_next(course: Course) -> None:
    at = home(course, Progress())
    assert at.resume is None
    assert at.following == Place(FIRST)
    assert [row.status for row in at.rows] == [Status.NEW, Status.NEW]
    assert [row.ready for row in at.rows] == [True, False]
    assert at.rows[1].missing == (FIRST,)
    assert at.solved == 0


def test_a_lesson_under_way_is_where_to_go_on(course: Course) -> None:
    at = home(course, replay([opened(FIRST), opened(SECOND, "fix")]))
    assert at.resume == at.following == Place(SECOND, "fix")
    assert [row.here for row in at.rows] == [False, True]
    assert [row.status for row in at.rows] == [Status.STARTED, Status.STARTED]


def test_a_lesson_that_is_done_makes_the_next_one_ready(course: Course) -> None:
    at = home(course, replay([opened(FIRST), *solved(FIRST)]))
    assert at.resume is None
    assert at.following == Place(SECOND)
    assert at.rows[1].ready
    assert (at.rows[0].status, at.rows[0].done) == (Status.SOLVED, 4)
    assert at.solved == 1


def test_when_all_is_done_there_is_nothing_next(course: Course) -> None:
    progress = replay([*solved(FIRST), *solved(SECOND)])
    assert home(course, progress).following is None
    assert after(course, progress, SECOND) is None


def test_after_a_lesson_comes_the_next_ready_one_then_those_skipped(course: Course) -> None:
    assert after(course, replay(solved(FIRST)), FIRST) == Place(SECOND)
    assert after(course, replay(solved(SECOND)), SECOND) == Place(FIRST)
    assert after(course, Progress(), SECOND) == Place(FIRST)


def test_a_lesson_is_never_the_one_after_itself(course: Course) -> None:
    assert after(course, replay([opened(FIRST), *solved(SECOND)]), FIRST) is None


def test_lessons_are_grouped_by_topic(course: Course) -> None:
    assert [(topic, len(rows)) for topic, rows in home(course, Progress()).topics] == [
        (Topic.START, 1),
        (Topic.VOLUMES, 1),
    ]


def test_progress_of_lessons_that_are_gone_does_no_harm(course: Course) -> None:
    progress = replay([opened("ordering/removed")])
    assert home(course, progress).resume is None
    assert home(course, progress).following == Place(FIRST)
