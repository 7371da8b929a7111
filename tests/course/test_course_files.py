"""Every mistake in a lesson's files is named with its file, line and column."""

from pathlib import Path

import pytest

from tutor.course.heads import head_of, read_head
from tutor.course.loader import truth_name, words_name
from tutor.course.problems import Problem
from tutor.course.truth import read_tasks
from tutor.course.words import digest, read_title, read_words, split
from tutor.model.checks import Check, Operator, Target
from tutor.model.course import WriteTask

TRUTH = "fixtures/start/first/lesson.yaml"
WORDS = "lessons/en/start/first.md"


def change(copy: Path, name: str, old: str, new: str) -> None:
    file = copy / name
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")


def problems_of(copy: Path) -> list[Problem]:
    problems: list[Problem] = []
    folder = copy / "fixtures/start/first"
    text = (folder / "lesson.yaml").read_text("utf-8")
    name = truth_name("start/first")
    read_head(head_of(text), name, "start/first", problems)
    tasks = read_tasks(folder, name, problems)
    if not problems:
        words = (copy / WORDS).read_text("utf-8")
        read_title(words, words_name("start/first", "en"), problems)
        problems.clear()
        read_words(words, words_name("start/first", "en"), "en", tasks, problems)
    return problems


def told(copy: Path) -> list[tuple[str, str, int]]:
    return [(problem.code, problem.file, problem.line) for problem in problems_of(copy)]


def test_the_sample_has_none(copy: Path) -> None:
    assert told(copy) == []


@pytest.mark.parametrize(
    ("old", "new", "code", "line"),
    [
        ("id: start/first", "id: start/other", "id-not-folder", 1),
        ("order: 10", "order: -1", "field-wrong", 2),
        ("order: 10", "order: true", "field-wrong", 2),
        ("minutes: 5\n", "", "field-missing", 1),
        ("minutes: 5", "minutes: 5\ncolour: red", "field-unknown", 4),
        ("requires: []", "requires: [first]", "field-wrong", 4),
        ("requires: []", "requires: start/x", "field-wrong", 4),
        ("requires: []", "requires: [a/b, a/b]", "field-twice", 4),
        ("- read: why", "- reed: why", "task-kind", 6),
        ("- read: why", "- read: Why", "field-wrong", 6),
        ("- read: why", "- read: fix", "id-twice", 11),
        ("- read: why", "- read:", "field-missing", 6),
        ("- read: why", "- why", "field-wrong", 6),
        ("form: order", "form: ordered", "field-wrong", 8),
        ("choices: [two, zero, one]", "choices: [zero]", "field-wrong", 10),
        ("answer: [zero, one, two]", "answer: [zero, one, three]", "field-wrong", 10),
        ("answer: [zero, one, two]", "answer: [zero]", "field-wrong", 10),
        ("answer: [zero, one, two]", "answer: []", "field-wrong", 10),
        ("form: many", "form: one", "field-wrong", 27),
        ("{id: three, ", "{", "field-missing", 13),
        ("id: headless", "id: three", "id-twice", 14),
        ("of: Service, path: spec.clusterIP", "path: spec.clusterIP", "field-missing", 14),
        ("path: spec.clusterIP", "path: spec..clusterIP", "field-wrong", 14),
        ("path: spec.clusterIP, ", "", "field-missing", 14),
        ("equals: None", "equals: null", "field-wrong", 14),
        ("equals: None", "equals: None, in: [None]", "one-operator", 14),
        (", equals: None", "", "one-operator", 14),
        ("equals: None", "in: None", "field-wrong", 14),
        ("equals: None", "in: []", "field-wrong", 14),
        ("equals: None", "matches: '('", "field-wrong", 14),
        ("equals: None", "count: many", "field-wrong", 14),
        ("equals: None", "absent: false", "field-wrong", 14),
        ("equals: None", "quantity-at-least: true", "field-wrong", 14),
        ("same-as: {of: Service, path: metadata.name}", "same-as: Service", "field-wrong", 15),
        (
            "same-as: {of: Service, path: metadata.name}",
            "same-as: {of: Service}",
            "field-missing",
            15,
        ),
        ("no-service:", "no-door:", "file-missing", 18),
        ("two-replicas: [", "two-replicas: []\n      other: [", "field-wrong", 19),
        ("broken: [YAML137]", "", "mistake-undeclared", 11),
        ("  - quiz: which", "  - write: again\n  - quiz: which", "second-write", 24),
        ("tasks:", "tasks: []\nmore:", "field-wrong", 5),
        ("tasks:", "tasks: [", "yaml", 5),
    ],
)
def test_a_mistake_in_the_truth_is_named_with_its_line(
    copy: Path, old: str, new: str, code: str, line: int
) -> None:
    change(copy, TRUTH, old, new)
    assert (code, TRUTH, line) in told(copy)


def test_a_starter_must_be_there(copy: Path) -> None:
    (copy / "fixtures/start/first/starter.yaml").unlink()
    assert ("file-missing", TRUTH, 11) in told(copy)


@pytest.mark.parametrize(
    ("old", "new", "code", "line"),
    [
        ("---\n", "", "no-front-matter", 0),
        ("title: The first lesson", "title:", "field-missing", 2),
        ("goal: Tell", "gaol: Tell", "field-unknown", 3),
        ("  why: {title: Why}", "  who: {title: Why}", "field-unknown", 6),
        ("  why: {title: Why}", "  why: {titel: Why}", "field-unknown", 6),
        ("{two: web-2, zero: web-0, one: web-1}", "{two: web-2, one: web-1}", "field-missing", 10),
        ("{two: web-2, ", "{three: web-3, two: web-2, ", "field-unknown", 10),
        ("      two: It waits for `web-1`.\n", "", "field-missing", 12),
        ("    debrief: |\n      Each Pod now has a name.\n", "", "field-missing", 17),
        ("      - Write `clusterIP` with the value `None`.\n", "", "field-wrong", 25),
        (
            "    prompt: |\n      Make three",
            '    prompt: ""\n    debrief: |\n      Make',
            "field-missing",
            18,
        ),
        ("<!-- why -->", "<!-- how -->", "section-unknown", 39),
        ("<!-- why -->", "<!-- how -->", "section-missing", 0),
        ("<!-- why -->", "Before.\n<!-- why -->", "prose-without-section", 39),
        ("<!-- why -->", "<!-- why -->\n\n<!-- why -->", "section-empty", 39),
        ("<!-- why -->", "<!-- why -->\n\n<!-- why -->", "id-twice", 41),
        ("  which:\n", "  which: [\n", "yaml", 0),
    ],
)
def test_a_mistake_in_the_words_is_named_with_its_line(
    copy: Path, old: str, new: str, code: str, line: int
) -> None:
    change(copy, WORDS, old, new)
    found = told(copy)
    assert [p for p in found if p[:2] == (code, WORDS) and line in (0, p[2])], found


def test_columns_are_those_of_the_value(copy: Path) -> None:
    change(copy, TRUTH, "equals: None", "matches: '('")
    problem = problems_of(copy)[0]
    assert (problem.line, problem.column) == (14, 68)
    assert problem.params == {
        "field": "tasks[2].checks[1].matches",
        "found": "(",
        "needed": "operand-matches",
    }


def test_a_check_keeps_what_it_compares_with(copy: Path) -> None:
    change(copy, TRUTH, "equals: 3", "in: [3, 5, 1Gi]")
    tasks = read_tasks(copy / "fixtures/start/first", TRUTH, [])
    task = next(task for task in tasks if isinstance(task, WriteTask))
    assert task.checks[0] == Check(
        "three", Target("StatefulSet"), "spec.replicas", Operator.IN, [3, 5, "1Gi"]
    )


def test_a_digest_depends_on_every_word_but_not_on_the_counterpart() -> None:
    text = '---\ntitle: a\ncounterpart: "0123456789ab"\ntasks: {}\n---\ncounterpart: prose\n'
    assert digest(text) == digest(text.replace("0123456789ab", "ba9876543210"))
    assert digest(text) == digest(text.replace("\n", "\r\n"))
    assert digest(text) != digest(text.replace("prose", "verse"))
    assert digest(text) != digest(text.replace("title: a", "title: b"))
    assert len(digest(text)) == 12


def test_front_matter_begins_at_the_first_line() -> None:
    assert split("---\na: 1\n---\nb\n") == ("---\na: 1\n", "---\nb\n")
    assert split("\n---\na: 1\n---\n")[0] == ""
    assert split("---\na: 1\n")[0] == ""
