"""``scenario.yaml``: every step and condition that can be written, and every slip named."""

from pathlib import Path

import pytest

from tutor.course.fields import Place
from tutor.course.problems import Problem
from tutor.course.scenarios import CONDITIONS, STEPS, read_scenarios
from tutor.model.checks import Operator, Target
from tutor.model.scenario import (
    ANSWER,
    Again,
    Apply,
    Cascade,
    Fact,
    Finally,
    Happened,
    Image,
    Mark,
    Never,
    Node,
    Order,
    Patch,
    Remove,
    Restart,
    Same,
    Scale,
    Scenario,
    Undo,
    Wait,
    Waits,
)
from tutor.model.timeline import What

SET, POD = Target("StatefulSet", "web"), Target("Pod", "web-1")
READY = Fact(Target("Pod", "web-0"), What.READY)


def read(folder: Path, text: str) -> tuple[dict[str, Scenario], list[Problem]]:
    problems: list[Problem] = []
    (folder / "scenario.yaml").write_text(text, "utf-8")
    return read_scenarios(folder, Place("scenario.yaml", problems)), problems


def one(folder: Path, text: str) -> Scenario:
    found, problems = read(folder, text)
    assert problems == []
    (scenario,) = found.values()
    return scenario


def test_a_lesson_without_scenarios_has_none(tmp_path: Path) -> None:
    assert read_scenarios(tmp_path, Place("scenario.yaml", [])) == {}


STEP_FORMS = [
    ("apply: answer", Apply(ANSWER)),
    ("apply: manifests/web.yaml", Apply("manifests/web.yaml", "kind: Pod\n")),
    ("scale: {of: StatefulSet/web, replicas: 0}", Scale(SET, 0)),
    ("delete: {of: Pod/web-1}", Remove(POD)),
    ("delete: {of: StatefulSet/web, cascade: orphan}", Remove(SET, Cascade.ORPHAN)),
    ("delete: {of: Pod/web-1, grace: 0}", Remove(POD, Cascade.BACKGROUND, 0)),
    (
        "patch: {of: StatefulSet/web, merge: {spec: {replicas: 2}}}",
        Patch(SET, {"spec": {"replicas": 2}}),
    ),
    ('image: {of: StatefulSet/web, container: w, image: "a:1"}', Image(SET, "w", "a:1")),
    ("restart: {of: StatefulSet/web}", Restart(SET)),
    ("undo: {of: StatefulSet/web}", Undo(SET)),
    ('annotate: {of: Pod/web-1, set: {a/b: "true"}}', Mark(POD, "annotations", {"a/b": "true"})),
    (
        "label: {of: Pod/web-1, set: {a: null, b: 1}}",
        Mark(POD, "labels", {"a": None, "b": "1"}),
    ),
    ("node: {down: web-1}", Node("web-1", down=True)),
    ("node: {up: web-1}", Node("web-1", down=False)),
    ("wait: settled", Wait()),
    ("wait: 2.5", Wait(2.5)),
]


@pytest.mark.parametrize(("text", "step"), STEP_FORMS, ids=[text for text, _ in STEP_FORMS])
def test_steps(tmp_path: Path, text: str, step: object) -> None:
    (tmp_path / "manifests").mkdir()
    (tmp_path / "manifests" / "web.yaml").write_text("kind: Pod\n", "utf-8")
    found = one(tmp_path, f"x:\n  steps:\n  - {text}\n")
    assert found.steps == (step,)


def test_every_step_is_tried() -> None:
    assert {text.partition(":")[0] for text, _ in STEP_FORMS} == set(STEPS)


CONDITION_FORMS = [
    (
        "order: [Pod/web-0 ready, Pod/web-1 created]",
        Order((READY, Fact(POD, What.CREATED))),
    ),
    ("happened: Pod/web-0 ready", Happened(READY)),
    (
        "happened: Pod/web-1 trouble ImagePullBackOff",
        Happened(Fact(POD, What.TROUBLE, "ImagePullBackOff")),
    ),
    ("happened: Pod created", Happened(Fact(Target("Pod"), What.CREATED))),
    (
        "never: DNS/web-0.web vanishes",
        Never(Fact(Target("DNS", "web-0.web"), What.VANISHES)),
    ),
    ("again: Pod/web-1", Again(POD)),
    ("kept: Pod/web-1", Same(POD)),
    ("finally: {of: Pod, count: 3}", Finally(Target("Pod"), "", Operator.COUNT, 3)),
    (
        "finally: {of: Pod/web-1, path: status.phase, equals: Running}",
        Finally(POD, "status.phase", Operator.EQUALS, "Running"),
    ),
    ("finally: {of: Pod/web-1, absent: true}", Finally(POD, "", Operator.ABSENT, True)),
    ("waits: {pod: web-1, because: web-0}", Waits("web-1", "web-0")),
]


@pytest.mark.parametrize(
    ("text", "condition"), CONDITION_FORMS, ids=[text for text, _ in CONDITION_FORMS]
)
def test_conditions(tmp_path: Path, text: str, condition: object) -> None:
    (expected,) = one(tmp_path, f"x:\n  expect:\n  - id: a\n    {text}\n").expect
    assert (expected.id, expected.condition) == ("a", condition)


def test_every_condition_is_tried() -> None:
    assert {text.partition(":")[0] for text, _ in CONDITION_FORMS} == set(CONDITIONS)


def test_the_start_and_what_needs_the_offline_cluster(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("a: 1\n", "utf-8")
    found = one(tmp_path, "x: {start: [a.yaml], offline-only: true}\n")
    assert found.start == (Apply("a.yaml", "a: 1\n"),)
    assert found.offline_only


@pytest.mark.parametrize(
    ("text", "code", "needed"),
    [
        ("x: [", "yaml", ""),
        ("x: y\n", "field-wrong", "mapping"),
        ("X!: {}\n", "field-wrong", "task-id"),
        ("x: {begin: []}\n", "field-unknown", ""),
        ("x: {start: [../a.yaml]}\n", "file-missing", ""),
        ("x: {start: [no.yaml]}\n", "file-missing", ""),
        ("x: {offline-only: maybe}\n", "field-wrong", "flag"),
        ("x: {steps: [{}]}\n", "step-kind", ""),
        ("x: {steps: [{wait: 1, apply: answer}]}\n", "step-kind", ""),
        ("x: {steps: [{apply: no.yaml}]}\n", "file-missing", ""),
        ("x: {steps: [{wait: soon}]}\n", "field-wrong", "wait"),
        ("x: {steps: [{wait: 0}]}\n", "field-wrong", "wait"),
        ("x: {steps: [{scale: {of: StatefulSet, replicas: 1}}]}\n", "field-wrong", "target"),
        ("x: {steps: [{scale: {of: Set/web, replicas: 1}}]}\n", "field-wrong", "target"),
        ("x: {steps: [{scale: {of: Pod/a, replicas: -1}}]}\n", "field-wrong", "operand-count"),
        ("x: {steps: [{scale: {of: Pod/a}}]}\n", "field-wrong", "operand-count"),
        ("x: {steps: [{delete: {of: Pod/a, cascade: no}}]}\n", "field-wrong", "cascade"),
        ("x: {steps: [{delete: {of: Pod/a, grace: x}}]}\n", "field-wrong", "operand-count"),
        ("x: {steps: [{delete: {of: Pod/a, force: 1}}]}\n", "field-unknown", ""),
        ("x: {steps: [{patch: {of: Pod/a, merge: 1}}]}\n", "field-wrong", "mapping"),
        ("x: {steps: [{image: {of: Pod/a, image: b}}]}\n", "field-missing", ""),
        ("x: {steps: [{label: {of: Pod/a, set: {a: [1]}}}]}\n", "field-wrong", "text"),
        ("x: {steps: [{node: {}}]}\n", "field-wrong", "down-or-up"),
        ("x: {steps: [{node: {up: a, down: a}}]}\n", "field-wrong", "down-or-up"),
        ("x: {expect: [{id: a}]}\n", "condition-kind", ""),
        ("x: {expect: [{id: a, happened: x}]}\n", "field-wrong", "fact"),
        ("x: {expect: [{id: a, happened: Pod/a flies}]}\n", "field-wrong", "fact"),
        ("x: {expect: [{id: a, happened: Hat/a ready}]}\n", "field-wrong", "fact"),
        ("x: {expect: [{id: a, happened: Pod/a ready now}]}\n", "field-wrong", "fact"),
        ("x: {expect: [{id: a, order: [Pod/a ready]}]}\n", "field-wrong", "two-facts"),
        ("x: {expect: [{id: a, kept: Pod}]}\n", "field-wrong", "target"),
        ("x: {expect: [{id: a, again: DNS/a}]}\n", "field-wrong", "target"),
        ("x: {expect: [{id: a, finally: {of: Pod}}]}\n", "condition-kind", ""),
        ("x: {expect: [{id: a, finally: {of: Pod, equals: 1}}]}\n", "field-missing", ""),
        ("x: {expect: [{id: a, finally: {of: Pod, count: x}}]}\n", "field-wrong", "operand-count"),
        ("x: {expect: [{id: a, finally: {of: DNS, count: 1}}]}\n", "field-wrong", "target"),
        ("x: {expect: [{id: a, waits: {pod: a}}]}\n", "field-missing", ""),
        ("x: {expect: [{id: A, never: Pod/a ready}]}\n", "field-wrong", "task-id"),
        (
            "x: {expect: [{id: a, never: Pod/a ready}, {id: a, never: Pod/a ready}]}\n",
            "id-twice",
            "",
        ),
    ],
)
def test_slips_are_named_where_they_stand(
    tmp_path: Path, text: str, code: str, needed: str
) -> None:
    _, problems = read(tmp_path, text)
    assert (code, needed) in [(one.code, one.params.get("needed", "")) for one in problems]
    assert all(problem.line for problem in problems)
