"""``lesson.yaml`` and the manifests beside it: what is right, without a word of any language."""

import re
from difflib import get_close_matches
from importlib.resources.abc import Traversable

from tutor.course.fields import Fields, Place, open_document
from tutor.course.problems import Problem
from tutor.course.scenarios import FILE as SCENARIOS
from tutor.course.scenarios import answers, read_means, read_scenarios
from tutor.course.targets import fits, operators, path, target
from tutor.model.checks import Check, Operator, Target
from tutor.model.course import (
    ChoiceTask,
    Example,
    Form,
    LiveTask,
    Mistake,
    ReadTask,
    Task,
    WriteTask,
)
from tutor.model.scenario import Apply, Happened, Scenario

KINDS = ("read", "predict", "write", "apply", "observe", "quiz")
CHOICE_KEYS = ("form", "choices", "answer")
PLAYED_KEYS = ("scenario", "means")
WRITE_KEYS = ("checks", "rules", "mistakes")
CHECK_KEYS = ("id", "of", "path", *(operator.value for operator in Operator))

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")


def read_tasks(folder: Traversable, file: str, problems: list[Problem]) -> tuple[Task, ...]:
    """Read the tasks of a lesson, with starters, solutions and mistakes."""
    place = Place(file, problems)
    text = (folder / "lesson.yaml").read_text(encoding="utf-8")
    fields = open_document(text, place)
    played = Place(file.replace("lesson.yaml", SCENARIOS), problems)
    scenarios = read_scenarios(folder, played)
    if fields is None:
        return ()
    tasks: list[Task] = []
    for item in fields.each("tasks", required=True):
        task = _task(item, folder, scenarios)
        if task is None:
            continue
        if any(other.id == task.id for other in tasks):
            place.problem("id-twice", item.node, found=task.id)
        if isinstance(task, WriteTask) and any(isinstance(t, WriteTask) for t in tasks):
            place.problem("second-write", item.node, found=task.id)
        if not _answered(task, tasks):
            place.problem("answer-unwritten", item.node, found=task.id)
        tasks.append(task)
    live = [task for task in tasks if isinstance(task, LiveTask | ChoiceTask)]
    used = {task.scenario.id for task in live if task.scenario is not None}
    for scenario in scenarios:
        if scenario not in used:
            played.problem("scenario-unplayed", found=scenario)
    if not tasks and not problems:
        fields.wrong("tasks", "list")
    return tuple(tasks)


def _answered(task: Task, before: list[Task]) -> bool:
    """Whether what a task applies has been written by then."""
    scenario = task.scenario if isinstance(task, LiveTask | ChoiceTask) else None
    if scenario is None or not answers(scenario):
        return True
    return any(isinstance(other, WriteTask) for other in before)


def _task(item: Fields, folder: Traversable, scenarios: dict[str, Scenario]) -> Task | None:
    kind = next(iter(item.node.values), "")
    if kind not in KINDS:
        item.place.problem(
            "task-kind", item.node, found=kind, known=KINDS, nearest=_nearest(kind, KINDS)
        )
        return None
    task_id = item.text(kind)
    if task_id and not _ID.match(task_id):
        item.wrong(kind, "task-id")
    if kind == "read":
        item.only((kind,))
        return ReadTask(task_id)
    if kind == "write":
        item.only((kind, *WRITE_KEYS))
        return _write(item, task_id, folder)
    if kind in {"apply", "observe"}:
        item.only((kind, "scenario"))
        return _live(item, task_id, scenarios, applies=kind == "apply")
    predict = kind == "predict"
    item.only((kind, *CHOICE_KEYS, *(PLAYED_KEYS if predict else ())))
    return _choice(item, task_id, scenarios, predict=predict)


def _live(
    item: Fields, task_id: str, scenarios: dict[str, Scenario], *, applies: bool
) -> LiveTask | None:
    scenario = _played(item, scenarios)
    if scenario is None:
        return None
    if not scenario.steps or (applies and not isinstance(scenario.steps[0], Apply)):
        code = "scenario-apply-first" if applies else "scenario-steps"
        item.place.problem(code, item.node, found=scenario.id)
    if not scenario.expect:
        item.place.problem("scenario-expect", item.node, found=scenario.id)
    return LiveTask(task_id, applies, scenario)


def _played(item: Fields, scenarios: dict[str, Scenario]) -> Scenario | None:
    name = item.text("scenario")
    if name and name not in scenarios:
        known = tuple(scenarios)
        item.place.problem("scenario-unknown", item.get("scenario"), found=name, known=known)
    return scenarios.get(name)


def _choice(
    item: Fields, task_id: str, scenarios: dict[str, Scenario], *, predict: bool
) -> ChoiceTask | None:
    form = item.text("form")
    if form and form not in {f.value for f in Form}:
        item.wrong("form", "form")
        form = ""
    choices = item.texts("choices", required=True)
    answer = item.texts("answer", required=True)
    if not (form and choices and answer):
        return None
    if any(a not in choices for a in answer):
        item.wrong("answer", "choices")
    if (form == Form.ONE and len(answer) != 1) or (form == Form.ORDER and len(answer) < 2):
        item.wrong("answer", "answer-count")
    if len(choices) < 2:
        item.wrong("choices", "two-choices")
    if not predict or not any(key in item.node.values for key in PLAYED_KEYS):
        return ChoiceTask(task_id, predict, Form(form), choices, answer)
    scenario, means = _played(item, scenarios), read_means(item, choices)
    if form == Form.ORDER and not all(isinstance(means.get(one), Happened) for one in choices):
        item.wrong("means", "facts")
    return ChoiceTask(task_id, predict, Form(form), choices, answer, scenario, means)


def _write(item: Fields, task_id: str, folder: Traversable) -> WriteTask:
    checks: list[Check] = []
    for fields in item.each("checks"):
        check = _check(fields)
        if check is None:
            continue
        if any(check.id == other.id for other in checks):
            item.place.problem("id-twice", fields.node, found=check.id)
        checks.append(check)
    starter = folder / "starter.yaml"
    if not starter.is_file():
        item.place.problem("file-missing", item.node, found="starter.yaml")
    previous = folder / "previous.yaml"
    return WriteTask(
        id=task_id,
        starter=starter.read_text(encoding="utf-8") if starter.is_file() else "",
        checks=tuple(checks),
        rules=item.texts("rules"),
        solutions=tuple(Example(n, text) for n, text in _manifests(folder / "solutions")),
        mistakes=_mistakes(item, folder),
        previous=previous.read_text(encoding="utf-8") if previous.is_file() else None,
    )


def _mistakes(item: Fields, folder: Traversable) -> tuple[Mistake, ...]:
    declared = item.fields("mistakes")
    expected = (
        {k: declared.texts(k, required=True) for k in declared.node.values} if declared else {}
    )
    texts = dict(_manifests(folder / "mistakes"))
    for name in expected:
        if name not in texts:
            node = declared.node.keys[name] if declared else item.node
            item.place.problem("file-missing", node, found=f"mistakes/{name}.yaml")
    for name in texts:
        if name not in expected:
            item.place.problem("mistake-undeclared", item.node, found=name)
    return tuple(
        Mistake(name, texts[name], expect) for name, expect in expected.items() if name in texts
    )


def _manifests(folder: Traversable) -> list[tuple[str, str]]:
    if not folder.is_dir():
        return []
    return sorted(
        (entry.name.removesuffix(".yaml"), entry.read_text(encoding="utf-8"))
        for entry in folder.iterdir()
        if entry.name.endswith(".yaml")
    )


def _check(fields: Fields) -> Check | None:
    fields.only(CHECK_KEYS)
    check_id = fields.text("id")
    if check_id and not _ID.match(check_id):
        fields.wrong("id", "task-id")
    about, field = target(fields), path(fields)
    given = operators(fields)
    if len(given) != 1:
        fields.place.problem(
            "one-operator", fields.node, found=check_id, known=tuple(o.value for o in Operator)
        )
        return None
    operator = given[0]
    value = fields.data(operator.value)
    other: Target | None = None
    other_path = ""
    if operator is Operator.SAME_AS:
        inner = fields.fields(operator.value, required=True)
        if inner is None:
            return None
        inner.only(("of", "path"))
        other, other_path, value = target(inner), path(inner, required=True), None
    elif not fits(operator, value):
        fields.wrong(operator.value, f"operand-{operator.value}")
        return None
    if not field and operator not in {Operator.COUNT, Operator.ABSENT, Operator.PRESENT}:
        fields.missing("path")
    if about is None:
        return None
    return Check(check_id, about, field, operator, value, other, other_path)


def _nearest(word: str, known: tuple[str, ...]) -> str:
    return next(iter(get_close_matches(word, known, 1)), "")
