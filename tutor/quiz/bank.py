"""The bank: every question the lessons ask."""

from dataclasses import dataclass

from tutor.model.course import ChoiceTask, Course, Lesson, TaskWords, Topic


@dataclass(frozen=True, slots=True)
class Question:
    """A question of a lesson, asked outside it."""

    lesson: Lesson
    task: ChoiceTask

    @property
    def id(self) -> str:
        """``<topic>/<slug>#<task>``."""
        return f"{self.lesson.id}#{self.task.id}"

    def words(self, language: str) -> TaskWords:
        """The words in a language."""
        return self.lesson.words[language].tasks[self.task.id]


def questions(course: Course, topic: Topic | None = None) -> tuple[Question, ...]:
    """Quiz questions of the course, or of one topic, in the order of the lessons.

    Predictions are left out: away from the lesson's story they do not stand.
    """
    return tuple(
        Question(lesson, task)
        for lesson in course.lessons
        if topic is None or lesson.topic is topic
        for task in lesson.tasks
        if isinstance(task, ChoiceTask) and not task.predict
    )
