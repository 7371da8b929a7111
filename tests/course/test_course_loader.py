"""Finding and reading the course: where from, in what order, and no more than is asked for."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import tutor
from tutor.course.loader import load, locate
from tutor.model.course import ChoiceTask, Course, ReadTask, Title, Topic, WriteTask
from tutor.model.errors import TutorError


def test_the_course_is_found_beside_the_package_in_a_checkout() -> None:
    lessons, fixtures = locate()
    root = Path(tutor.__file__).parents[1]
    assert (Path(str(lessons)), Path(str(fixtures))) == (root / "lessons", root / "fixtures")


def test_the_course_is_found_inside_the_package_in_a_wheel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "tutor"
    (package / "_data" / "lessons").mkdir(parents=True)
    (package / "_data" / "fixtures").mkdir()
    monkeypatch.setattr("tutor.course.loader.files", lambda name: package)
    assert locate() == (package / "_data" / "lessons", package / "_data" / "fixtures")
    shutil.rmtree(package / "_data")
    with pytest.raises(TutorError) as caught:
        locate()
    assert caught.value.code == "course-missing"


def test_lessons_come_in_their_order_with_titles_in_both_languages(course: Course) -> None:
    assert [(lesson.id, lesson.order, lesson.topic) for lesson in course.lessons] == [
        ("start/first", 10, Topic.START),
        ("volumes/second", 80, Topic.VOLUMES),
    ]
    assert course.lesson("start/first").titles["ja"] == Title(
        "最初のレッスン", "StatefulSetとDeploymentを見分けます。"
    )
    assert course.lesson("volumes/second").requires == ("start/first",)
    with pytest.raises(KeyError):
        course.lesson("start/third")
    with pytest.raises(KeyError):
        course.lessons[0].titles["fr"]


def test_a_lesson_has_its_tasks_and_manifests(course: Course) -> None:
    lesson = course.lesson("start/first")
    assert [type(task) for task in lesson.tasks] == [ReadTask, ChoiceTask, WriteTask, ChoiceTask]
    task = lesson.task("fix")
    assert isinstance(task, WriteTask)
    assert [solution.name for solution in task.solutions] == ["01-below", "02-above", "03-flow"]
    assert {m.name: m.expect for m in task.mistakes}["not-headless"] == (
        "STS102",
        "check:headless",
    )
    assert task.checks[2].other is not None
    assert task.checks[2].other.kind == "Service"
    assert task.previous is None


def test_words_are_those_of_the_language(course: Course) -> None:
    words = course.lesson("start/first").words["ja"]
    assert words.tasks["why"].prompt.startswith("DeploymentのPodは、どれも同じです。")
    assert words.tasks["fix"].hints[2] == "`clusterIP`に`None`と書きます。"
    assert list(words.tasks["order"].choices) == ["two", "zero", "one"]
    assert words.tasks["fix"].prompt == "名前を持つPodを3つ作ります。"


class Spy(type(Path())):  # type: ignore[misc]
    """A path that remembers what was read."""

    read: list[str] = []  # noqa: RUF012

    def read_text(self, encoding: str | None = None, errors: str | None = None) -> str:
        self.read.append(self.name)
        return str(super().read_text(encoding, errors))


@pytest.fixture
def spy(copy: Path) -> Iterator[Spy]:
    Spy.read.clear()
    yield Spy(copy)
    Spy.read.clear()


def test_a_map_of_the_course_reads_no_more_than_it_shows(spy: Spy) -> None:
    course = load(spy / "lessons", spy / "fixtures")
    assert Spy.read == ["lesson.yaml", "lesson.yaml"]
    assert [lesson.titles["en"].title for lesson in course.lessons]
    assert sorted(Spy.read) == ["first.md", "lesson.yaml", "lesson.yaml", "second.md"]
    assert course.lessons[0].titles["en"] is course.lessons[0].titles["en"]
    assert len(Spy.read) == 4, "read once"


def test_a_fault_deep_in_a_lesson_is_told_when_it_is_opened(copy: Path) -> None:
    file = copy / "fixtures/start/first/lesson.yaml"
    text = file.read_text("utf-8")
    file.write_text(text.replace("equals: 3", "equal: 3"), "utf-8")
    course = load(copy / "lessons", copy / "fixtures")
    lesson = course.lesson("start/first")
    assert lesson.titles["en"].title == "The first lesson"
    for _ in range(2):
        with pytest.raises(TutorError) as caught:
            _ = lesson.tasks
        assert caught.value.code == "lesson-invalid"
        assert caught.value.params["file"] == "fixtures/start/first/lesson.yaml"
        assert caught.value.params["line"] == 13
        assert caught.value.params["problem"] == "field-unknown"
    with pytest.raises(TutorError):
        _ = lesson.words["ja"]


def test_a_lesson_that_cannot_be_listed_does_not_take_the_others_along(copy: Path) -> None:
    file = copy / "fixtures/start/first/lesson.yaml"
    file.write_text(file.read_text("utf-8").replace("order: 10", "order: ten"), "utf-8")
    course = load(copy / "lessons", copy / "fixtures")
    assert [lesson.id for lesson in course.lessons] == ["volumes/second"]
    assert course.broken == ("start/first",)


def test_missing_words_are_an_error_of_the_lesson(copy: Path) -> None:
    (copy / "lessons/ja/start/first.md").unlink()
    lesson = load(copy / "lessons", copy / "fixtures").lesson("start/first")
    assert lesson.titles["en"].title
    with pytest.raises(TutorError) as caught:
        _ = lesson.titles["ja"]
    assert caught.value.params["problem"] == "words-missing"


def test_other_folders_beside_the_lessons_are_left_alone(copy: Path) -> None:
    (copy / "fixtures/clusters/start").mkdir(parents=True)
    (copy / "fixtures/start/notes").mkdir()
    course = load(copy / "lessons", copy / "fixtures")
    assert len(course.lessons) == 2
    assert course.broken == ()
