from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from tutor.model.course import Course, Topic
from tutor.model.progress import Did, Event, Progress, Recall, replay
from tutor.quiz.bank import questions
from tutor.quiz.schedule import DAY, Boxes, pick

NOW = 1_000_000.0


def test_a_right_answer_waits_longer_each_time_it_was_due() -> None:
    boxes, recalls, at = Boxes(), [], NOW
    gaps = []
    for _ in range(8):
        recalls.append(Recall(at, True))
        due = boxes.due(recalls)
        gaps.append(due - at)
        at = due
    assert gaps == sorted(gaps)
    assert gaps[0] == boxes.waits[1]
    assert gaps[-1] == boxes.waits[-1]


def test_a_wrong_answer_comes_again_sooner_than_any_right_one() -> None:
    boxes = Boxes()
    known = [Recall(NOW, True), Recall(NOW + 2 * DAY, True)]
    wrong = [*known, Recall(NOW + 9 * DAY, False)]
    right = [Recall(NOW + 9 * DAY, True)]
    assert boxes.box(wrong) == 0
    assert boxes.due(wrong) < boxes.due(right)


def test_answers_before_the_time_do_not_promote() -> None:
    boxes = Boxes()
    once = [Recall(NOW, True)]
    evening = [*once, *(Recall(NOW + minute, True) for minute in range(1, 6))]
    assert boxes.box(evening) == boxes.box(once) == 1
    assert boxes.due(evening) == boxes.due(once)


@given(st.lists(st.tuples(st.floats(0, 100 * DAY), st.booleans()), min_size=1))
def test_a_box_is_never_outside_the_boxes_and_wrong_is_always_first(
    history: list[tuple[float, bool]],
) -> None:
    boxes = Boxes()
    recalls = [Recall(at, right) for at, right in sorted(history)]
    box, due = boxes.box(recalls), boxes.due(recalls)
    assert 0 <= box < len(boxes.waits)
    assert due >= recalls[-1].at or recalls[-1].right
    assert recalls[-1].right or (box, due) == (0, recalls[-1].at + boxes.waits[0])


def answered(lesson: str, task: str, right: bool, at: float) -> Event:
    return Event(at, Did.QUIZZED, lesson, task, ("x",), right)


def test_the_due_come_first_then_the_new_then_the_rest(course: Course) -> None:
    bank = questions(course)
    first, second = (question.lesson.id for question in bank)
    known = replay([answered(first, "which", True, NOW - 60)])
    assert [q.lesson.id for q in pick(bank, known, NOW, 9)] == [second, first]
    overdue = replay([answered(first, "which", True, NOW - 2 * DAY)])
    assert [q.lesson.id for q in pick(bank, overdue, NOW, 9)] == [first, second]
    wrong = replay(
        [
            answered(first, "which", True, NOW - 9 * DAY),
            answered(second, "which", False, NOW - DAY),
        ]
    )
    assert [q.lesson.id for q in pick(bank, wrong, NOW, 9)] == [second, first]


def test_new_questions_of_lessons_begun_come_before_the_others(course: Course) -> None:
    bank = questions(course)
    begun = replay([Event(NOW, Did.OPENED, bank[1].lesson.id, "why")])
    assert pick(bank, begun, NOW, 1) == (bank[1],)


def test_count_and_topic_limit_the_round(course: Course) -> None:
    assert pick(questions(course), Progress(), NOW, 0) == ()
    assert [q.id for q in questions(course, Topic.VOLUMES)] == ["volumes/second#which"]
    assert questions(course, Topic.IDENTITY) == ()


def test_another_scheduler_fits_the_seam(course: Course) -> None:
    class Never:
        def due(self, recalls: Sequence[Recall]) -> float:
            return float("inf") if recalls[-1].right else 0.0

    bank = questions(course)
    progress = replay([answered(bank[0].lesson.id, "which", True, 0.0)])
    assert pick(bank, progress, NOW, 2, Never()) == (bank[1], bank[0])


def test_a_lessons_own_answers_count(course: Course) -> None:
    question = questions(course)[0]
    event = Event(NOW, Did.ANSWERED, question.lesson.id, question.task.id, ("ip",), False)
    assert pick(questions(course), replay([event]), NOW + DAY, 1) == (question,)
