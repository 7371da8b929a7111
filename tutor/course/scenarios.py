"""``scenario.yaml``: what a lesson plays in a cluster, and what must come of it; without words."""

import re
from collections.abc import Mapping
from importlib.resources.abc import Traversable

from tutor.course.fields import Fields, Place, open_document
from tutor.course.targets import fits, operators, parse_target, path, target
from tutor.manifest.nodes import Mapping as Node_
from tutor.manifest.nodes import Scalar
from tutor.model.checks import Operator, Target
from tutor.model.scenario import (
    ANSWER,
    Again,
    Apply,
    Cascade,
    Condition,
    Expectation,
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
    Step,
    Undo,
    Wait,
    Waits,
)
from tutor.model.timeline import What
from tutor.offline.resources import RESOURCES

FILE = "scenario.yaml"
SCENARIO_KEYS = ("start", "steps", "offline-only", "expect")
STEPS = (
    *("apply", "scale", "delete", "patch", "image", "restart", "undo"),
    *("annotate", "label", "node", "wait"),
)
CONDITIONS = ("order", "happened", "never", "again", "kept", "finally", "waits")
KINDS = frozenset({"DNS", *(resource.kind for resource in RESOURCES)})
SETTLED = "settled"
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")
_FINALLY = tuple(one.value for one in Operator if one is not Operator.SAME_AS)


def read_scenarios(folder: Traversable, place: Place) -> dict[str, Scenario]:
    """The scenarios of a lesson by their ids; none where the lesson has no such file.

    Args:
        folder: The lesson's folder of truth.
        place: The file, and where its problems go.
    """
    source = folder / FILE
    if not source.is_file():
        return {}
    fields = open_document(source.read_text(encoding="utf-8"), place)
    if fields is None:
        return {}
    found: dict[str, Scenario] = {}
    for own in fields.node.values:
        if not _ID.match(own):
            fields.wrong(own, "task-id")
        inner = fields.fields(own, required=True)
        if inner is not None:
            found[own] = _scenario(own, inner, folder)
    return found


def _scenario(own: str, fields: Fields, folder: Traversable) -> Scenario:
    fields.only(SCENARIO_KEYS)
    start = tuple(_file(fields, "start", name, folder) for name in fields.texts("start"))
    steps = tuple(
        step for item in fields.each("steps") if (step := _step(item, folder)) is not None
    )
    expect: list[Expectation] = []
    for item in fields.each("expect"):
        item.only(("id", *CONDITIONS))
        condition = read_condition(item)
        own_id = item.text("id")
        if own_id and not _ID.match(own_id):
            item.wrong("id", "task-id")
        if any(own_id == one.id for one in expect):
            item.place.problem("id-twice", item.node, found=own_id)
        if condition is not None:
            expect.append(Expectation(own_id, condition))
    return Scenario(own, start, steps, _flag(fields, "offline-only"), tuple(expect))


def _flag(fields: Fields, key: str) -> bool:
    value = fields.data(key)
    if value is not None and not isinstance(value, bool):
        fields.wrong(key, "flag")
    return value is True


def _file(fields: Fields, key: str, name: str, folder: Traversable) -> Apply:
    """A manifest beside the scenario."""
    parts = name.split("/")
    there = folder
    for part in parts:
        there /= part
    if ".." in parts or not there.is_file():
        fields.place.problem("file-missing", fields.node.values[key], found=name)
        return Apply(name)
    return Apply(name, there.read_text(encoding="utf-8"))


# -- steps


def _step(fields: Fields, folder: Traversable) -> Step | None:
    kinds = [key for key in fields.node.values if key in STEPS]
    if len(kinds) != 1 or len(fields.node.values) != 1:
        found = next(iter(fields.node.values), "")
        fields.place.problem("step-kind", fields.node, found=found, known=STEPS)
        return None
    (kind,) = kinds
    if kind == "apply":
        name = fields.text(kind)
        return Apply(ANSWER) if name == ANSWER else _file(fields, kind, name, folder)
    if kind == "wait":
        return _wait(fields)
    inner = fields.fields(kind, required=True)
    if inner is None:
        return None
    if kind == "node":
        return _node(inner)
    about = _named(inner)
    return None if about is None else _change(kind, inner, about)


def _wait(fields: Fields) -> Step:
    value = fields.data("wait")
    if value == SETTLED:
        return Wait()
    if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
        fields.wrong("wait", "wait")
        return Wait()
    return Wait(float(value))


def _node(fields: Fields) -> Step | None:
    fields.only(("down", "up"))
    given = [key for key in ("down", "up") if key in fields.node.values]
    if len(given) != 1:
        fields.wrong("down", "down-or-up")
        return None
    pod = fields.text(given[0])
    return Node(pod, given[0] == "down") if pod else None


def _named(fields: Fields) -> Target | None:
    """The one object a step is about."""
    about = target(fields)
    if about is None:
        return None
    if not about.name or about.kind not in KINDS:
        fields.wrong("of", "target")
        return None
    return about


def _change(kind: str, fields: Fields, about: Target) -> Step | None:
    match kind:
        case "scale":
            fields.only(("of", "replicas"))
            replicas = fields.data("replicas")
            if isinstance(replicas, bool) or not isinstance(replicas, int) or replicas < 0:
                fields.wrong("replicas", "operand-count")
                return None
            return Scale(about, replicas)
        case "delete":
            return _remove(fields, about)
        case "patch":
            fields.only(("of", "merge"))
            merge = fields.data("merge")
            if not isinstance(merge, dict):
                fields.wrong("merge", "mapping")
                return None
            return Patch(about, merge)
        case "image":
            fields.only(("of", "container", "image"))
            return Image(about, fields.text("container"), fields.text("image"))
        case "annotate" | "label":
            fields.only(("of", "set"))
            return _mark(fields, about, "labels" if kind == "label" else "annotations")
        case _:
            fields.only(("of",))
            return Restart(about) if kind == "restart" else Undo(about)


def _remove(fields: Fields, about: Target) -> Step:
    fields.only(("of", "cascade", "grace"))
    cascade = fields.text("cascade", required=False) or Cascade.BACKGROUND
    if cascade not in {one.value for one in Cascade}:
        fields.wrong("cascade", "cascade")
        cascade = Cascade.BACKGROUND
    grace = fields.data("grace")
    if grace is not None and (isinstance(grace, bool) or not isinstance(grace, int) or grace < 0):
        fields.wrong("grace", "operand-count")
        grace = None
    return Remove(about, Cascade(cascade), grace if isinstance(grace, int) else None)


def _mark(fields: Fields, about: Target, part: str) -> Step | None:
    inner = fields.fields("set", required=True)
    if inner is None:
        return None
    values: dict[str, str | None] = {}
    for key, node in inner.node.values.items():
        if not isinstance(node, Scalar):
            inner.wrong(key, "text")
            return None
        values[key] = None if node.value is None else node.text
    return Mark(about, part, values)


# -- conditions


def read_condition(fields: Fields) -> Condition | None:
    """The one condition a mapping gives; None after a problem."""
    given = [key for key in CONDITIONS if key in fields.node.values]
    if len(given) != 1:
        fields.place.problem("condition-kind", fields.node, found=fields.name, known=CONDITIONS)
        return None
    (kind,) = given
    match kind:
        case "order":
            facts = [read_fact(fields, kind, text) for text in fields.texts(kind, required=True)]
            if len(facts) < 2:
                fields.wrong(kind, "two-facts")
            return None if None in facts else Order(tuple(fact for fact in facts if fact))
        case "happened" | "never":
            fact = read_fact(fields, kind, fields.text(kind))
            if fact is None:
                return None
            return Happened(fact) if kind == "happened" else Never(fact)
        case "again" | "kept":
            about = parse_target(fields.text(kind))
            if about is None or not about.name or about.kind not in KINDS - {"DNS"}:
                fields.wrong(kind, "target")
                return None
            return Again(about) if kind == "again" else Same(about)
    inner = fields.fields(kind, required=True)
    if inner is None:
        return None
    if kind == "waits":
        inner.only(("pod", "because"))
        return Waits(inner.text("pod"), inner.text("because"))
    return _finally(inner)


def _finally(fields: Fields) -> Condition | None:
    fields.only(("of", "path", *_FINALLY))
    about = target(fields)
    if about is not None and about.kind not in KINDS - {"DNS"}:
        fields.wrong("of", "target")
    field = path(fields, required=False)
    given = [one for one in operators(fields) if one is not Operator.SAME_AS]
    if len(given) != 1:
        fields.place.problem("condition-kind", fields.node, found=fields.name, known=_FINALLY)
        return None
    (operator,) = given
    value = fields.data(operator.value)
    if not fits(operator, value):
        fields.wrong(operator.value, f"operand-{operator.value}")
        return None
    if not field and operator not in {Operator.COUNT, Operator.ABSENT, Operator.PRESENT}:
        fields.missing("path")
    return None if about is None else Finally(about, field, operator, value)


def read_fact(fields: Fields, key: str, text: str) -> Fact | None:
    """``Pod/web-0 ready``, ``Pod/web-0 trouble ImagePullBackOff``; None after a problem."""
    if not text:
        return None
    about, _, rest = text.partition(" ")
    what, _, reason = rest.strip().partition(" ")
    found = parse_target(about)
    known = found is not None and found.kind in KINDS and what in {one.value for one in What}
    if found is None or not known or (reason and what not in {What.TROUBLE, What.SAID}):
        fields.wrong(key, "fact")
        return None
    return Fact(found, What(what), reason.strip())


# -- what the choices of a prediction say


def read_means(fields: Fields, choices: tuple[str, ...]) -> Mapping[str, Condition]:
    """What each choice says of the scenario: a fact that happens, or any other condition.

    A choice about something that no cluster shows ("the data survives") is left out.
    """
    inner = fields.fields("means", required=True)
    if inner is None:
        return {}
    inner.only(choices)
    found: dict[str, Condition] = {}
    for choice in choices:
        node = inner.get(choice)
        if node is None:
            continue
        condition: Condition | None
        if isinstance(node, Node_):
            nested = Fields(inner.place, node, f"means.{choice}")
            nested.only(CONDITIONS)
            condition = read_condition(nested)
        else:
            fact = read_fact(inner, choice, inner.text(choice))
            condition = None if fact is None else Happened(fact)
        if condition is not None:
            found[choice] = condition
    return found


def answers(scenario: Scenario) -> bool:
    """Whether it applies what the learner wrote."""
    return any(isinstance(step, Apply) and step.file == ANSWER for step in scenario.steps)
