"""A new lesson: a frame that the lint takes an author through, and its preview at the end."""

import shutil
from pathlib import Path

import pytest

from tests.course.played import add_plays
from tutor.authoring.lint import lint
from tutor.authoring.preview import preview
from tutor.authoring.skeleton import skeleton, valid_id
from tutor.authoring.stages import Stage, stage_of
from tutor.course.loader import load
from tutor.i18n.translator import translator
from tutor.model.course import LANGUAGES, Course, WriteTask

OTHERS = [("start/first", 10), ("identity/names", 40), ("volumes/second", 80)]


@pytest.mark.parametrize(
    ("lesson_id", "order", "requires"),
    [
        ("start/again", 20, "start/first"),
        ("ordering/third", 20, "start/first"),
        ("identity/more", 50, "identity/names"),
        ("volumes/more", 90, "volumes/second"),
    ],
)
def test_a_new_lesson_comes_after_the_last_of_its_topic(
    lesson_id: str, order: int, requires: str
) -> None:
    truth = skeleton(lesson_id, OTHERS)[f"fixtures/{lesson_id}/lesson.yaml"]
    assert f"id: {lesson_id}\norder: {order}\n" in truth
    assert f"requires: [{requires}]" in truth


def test_the_first_lesson_of_all_requires_nothing() -> None:
    truth = skeleton("start/first", [])["fixtures/start/first/lesson.yaml"]
    assert "order: 10\n" in truth
    assert "requires: []" in truth


def test_a_taken_place_is_not_taken_twice() -> None:
    others = [("start/first", 10), ("ordering/a", 20), ("ordering/b", 11)]
    assert "order: 12\n" in skeleton("start/x", others)["fixtures/start/x/lesson.yaml"]


@pytest.mark.parametrize("lesson_id", ["x", "other/x", "start/X", "start/a b", "start/", "../x/y"])
def test_an_id_must_be_one(lesson_id: str) -> None:
    assert not valid_id(lesson_id)
    with pytest.raises(ValueError, match=r".*"):
        skeleton(lesson_id, [])


def test_the_lint_leads_from_the_frame_to_the_words(copy: Path) -> None:
    for name, text in skeleton("ordering/third", OTHERS[:1]).items():
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / name).write_text(text, "utf-8")
    problems = lint(copy / "lessons", copy / "fixtures", ["ordering/third"])
    stages = [stage_of(problem.code, problem.file) for problem in problems]
    assert set(stages) == {Stage.ANSWERS, Stage.WORDS}
    assert stages == sorted(stages)
    assert {problem.code for problem in problems if problem.code != "field-wrong"} == {
        "solutions-few",
        "mistakes-few",
        "field-missing",
        "section-empty",
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_preview_shows_every_word_and_every_answer(course: Course, language: str) -> None:
    lesson = course.lesson("start/first")
    text = preview(lesson, language, translator(language))
    words = lesson.words[language]
    assert text.startswith(f"# {words.title}\n")
    for task in lesson.tasks:
        own = words.tasks[task.id]
        for said in (
            own.title,
            own.prompt,
            own.debrief,
            *own.choices.values(),
            *own.explanations.values(),
            *own.checks.values(),
            *own.hints,
        ):
            assert said in text
        if isinstance(task, WriteTask):
            assert task.starter.strip() in text
            assert task.solutions[0].text.strip() in text
    assert f"- ● {words.tasks['which'].choices['name']}" in text
    assert f"- ○ {words.tasks['which'].choices['ip']}" in text
    assert "1. web-0\n2. web-1\n3. web-2" in text


def test_a_preview_shows_what_is_played(tmp_path: Path) -> None:
    sample = Path(__file__).parents[1] / "course" / "sample"
    copy = Path(shutil.copytree(sample, tmp_path / "course"))
    add_plays(copy)
    lesson = load(copy / "lessons", copy / "fixtures").lesson("start/first")
    for language in LANGUAGES:
        shown = preview(lesson, language, translator(language))
        assert "Pod/web-0 ready" in shown
        assert "PersistentVolumeClaim/data-web-1 bound" in shown
        assert lesson.words[language].tasks["kill-one"].expects["again"] in shown
