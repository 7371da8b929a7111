"""Grading a text: no false passes, no false fails, whatever form an answer takes."""

import json
import timeit
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutor.course.grading import code_of, grade, judge
from tutor.course.loader import load
from tutor.manifest.reader import read
from tutor.model.checks import Check, Operator, Target
from tutor.model.course import WriteTask
from tutor.model.findings import Severity

SAMPLE = Path(__file__).parent / "sample"
FIXTURES = SAMPLE / "fixtures/start/first"


def sample_task() -> WriteTask:
    task = load(SAMPLE / "lessons", SAMPLE / "fixtures").lesson("start/first").task("fix")
    assert isinstance(task, WriteTask)
    return task


TASK = sample_task()
SOLUTION = TASK.solutions[0].text
SET, SERVICE = SOLUTION.split("---\n")


def test_solutions_pass_and_the_starter_does_not() -> None:
    assert all(grade(TASK, solution.text).passed for solution in TASK.solutions)
    graded = grade(TASK, TASK.starter)
    assert not graded.passed
    assert graded.codes == ("STS101", "check:three", "check:headless", "check:agree")
    assert [(check.id, met) for check, met in graded.checks] == [
        ("three", False),
        ("headless", False),
        ("agree", False),
    ]


@pytest.mark.parametrize("mistake", TASK.mistakes, ids=lambda mistake: mistake.name)
def test_mistakes_are_found_as_declared(mistake: Any) -> None:
    assert set(grade(TASK, mistake.text).codes) == set(mistake.expect)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n",
        "# kind: StatefulSet\n",
        "---\n---\n",
        "null\n",
        "".join(f"# {line}\n" for line in SOLUTION.splitlines()),
        json.dumps(SOLUTION),
        f"text: |\n{''.join(f'  {line}' for line in SOLUTION.splitlines(keepends=True))}",
    ],
    ids=["empty", "blank", "comment", "separators", "null", "commented", "string", "block"],
)
def test_what_holds_no_answer_does_not_pass(text: str) -> None:
    assert not grade(TASK, text).passed


def test_an_empty_text_is_told_so() -> None:
    finding = grade(TASK, "# nothing\n").blocking[0]
    assert (finding.code, finding.variant, finding.line) == ("LSN109", "empty", 1)


def test_an_object_of_the_starter_must_still_be_there() -> None:
    graded = grade(TASK, SERVICE)
    assert graded.codes[0] == "LSN109"
    assert graded.blocking[0].params["object"] == "StatefulSet"
    only_rules = WriteTask("x", TASK.starter, (), ("STS101",), TASK.solutions, ())
    assert not grade(only_rules, SERVICE).passed
    assert not grade(only_rules, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n").passed


@pytest.mark.parametrize(
    "text",
    [
        # The right value first or second, the key twice.
        SOLUTION.replace("  replicas: 3\n", "  replicas: 3\n  replicas: 1\n"),
        SOLUTION.replace("  replicas: 3\n", "  replicas: 1\n  replicas: 3\n"),
        # The wrong original kept, a right copy beside it.
        SOLUTION + "---\n" + SET.replace("replicas: 3", "replicas: 1"),
        SET.replace("replicas: 3", "replicas: 1") + "---\n" + SOLUTION,
        SOLUTION
        + "---\n"
        + SET.replace("replicas: 3", "replicas: 1").replace("name: web", "name: old"),
        # An object that only looks like the right one.
        SOLUTION.replace("apiVersion: apps/v1", "apiVersion: example.com/v1"),
        SOLUTION.replace("apiVersion: v1", "apiVersion: serving.knative.dev/v1"),
        # Right in a place that does not count.
        SOLUTION.replace("  replicas: 3\n", "").replace(
            "    spec:\n", "    spec:\n      replicas: 3\n", 1
        ),
        SOLUTION.replace("  replicas: 3\n", "  # replicas: 3\n"),
        SOLUTION.replace("replicas: 3", 'replicas: "3"'),
        SOLUTION.replace("replicas: 3", "replicas: 3.5"),
    ],
    ids=[
        "twice-after",
        "twice-before",
        "copy-after",
        "copy-before",
        "copy-renamed",
        "other-api",
        "other-service",
        "elsewhere",
        "commented",
        "text",
        "fraction",
    ],
)
def test_an_answer_hidden_beside_a_wrong_one_does_not_pass(text: str) -> None:
    assert text != SOLUTION
    assert not grade(TASK, text).passed


def shuffled(value: Any, choose: st.DataObject) -> Any:
    """The same data with the keys of every mapping in another order."""
    if isinstance(value, dict):
        keys = choose.draw(st.permutations(list(value)))
        return {key: shuffled(value[key], choose) for key in keys}
    return [shuffled(item, choose) for item in value] if isinstance(value, list) else value


def in_yaml(value: Any, indent: int, choose: st.DataObject) -> str:
    """Data as YAML, each node in a style of its own."""
    space = " " * indent
    if isinstance(value, dict) and value and choose.draw(st.booleans()):
        return "".join(
            f"\n{space}{key}: {in_yaml(item, indent + 2, choose)}" for key, item in value.items()
        )
    if isinstance(value, list) and value and choose.draw(st.booleans()):
        return "".join(f"\n{space}-   {in_yaml(i, indent + 4, choose).lstrip()}" for i in value)
    if isinstance(value, str) and value.isalpha() and choose.draw(st.booleans()):
        return f"'{value}'"
    return json.dumps(value)


EXPLICIT = {
    "StatefulSet": {
        "podManagementPolicy": "OrderedReady",
        "revisionHistoryLimit": 10,
        "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 0}},
    },
    "Service": {"type": "ClusterIP", "publishNotReadyAddresses": False},
}


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_every_form_of_a_solution_passes(data: st.DataObject) -> None:
    source = data.draw(st.sampled_from(TASK.solutions)).text
    documents: list[Any] = [document.data for document in read(source).documents]
    for document in documents:
        for field, default in EXPLICIT[document["kind"]].items():
            if data.draw(st.booleans()):
                document["spec"][field] = default
        if document["kind"] == "StatefulSet":
            claim = document["spec"]["volumeClaimTemplates"][0]["spec"]["resources"]["requests"]
            claim["storage"] = data.draw(
                st.sampled_from(["1Gi", "1024Mi", 1073741824, "1048576Ki"])
            )
    documents = [shuffled(document, data) for document in data.draw(st.permutations(documents))]
    if data.draw(st.booleans()):
        text = json.dumps({"apiVersion": "v1", "kind": "List", "items": documents})
    else:
        text = "\n---\n".join(in_yaml(document, 0, data).lstrip("\n") for document in documents)
    graded = grade(TASK, text)
    assert graded.passed, (text, graded.codes)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(SOLUTION)), st.integers(0, len(SOLUTION)), st.text(max_size=3))
def test_no_text_at_all_makes_it_stumble(start: int, end: int, between: str) -> None:
    text = SOLUTION[:start] + between + SOLUTION[end:]
    graded = grade(TASK, text)
    assert graded.passed == (not graded.codes)
    assert bool(graded.blocking) == bool(graded.codes)
    assert graded.findings == grade(TASK, text).findings
    lines = text.count("\n") + 1
    assert all(1 <= finding.line <= lines + 1 for finding in graded.findings)


def test_a_syntax_error_is_all_that_is_said() -> None:
    graded = grade(TASK, SOLUTION.replace("replicas: 3", "replicas: [3"))
    assert {code[:4] for code in graded.codes} == {"YAML"}
    assert graded.checks == ()


def test_a_rule_of_the_task_blocks_whatever_its_severity() -> None:
    text = SOLUTION.replace("  name: web\nspec:\n  clusterIP", "  name: other\nspec:\n  clusterIP")
    strict = grade(TASK, text)
    assert "STS101" in strict.codes
    loose = WriteTask("x", TASK.starter, (), (), TASK.solutions, ())
    graded = grade(loose, text)
    assert graded.passed
    assert "STS101" in {finding.code for finding in graded.others}
    assert all(finding.severity is not Severity.ERROR for finding in graded.others)


def test_the_same_object_twice_blocks_though_both_are_right() -> None:
    other = SET.replace("image: nginx:1.27", "image: nginx:1.28")
    assert grade(TASK, SOLUTION + "---\n" + other).codes == ("STS415",)
    assert grade(TASK, SOLUTION + "---\n" + SET).passed, "twice the same is once"


def test_a_check_is_not_said_twice_where_the_catalogue_speaks() -> None:
    text = SOLUTION.replace("clusterIP: None", "clusterIP: none")
    graded = grade(TASK, text)
    assert set(graded.codes) == {"STS107", "check:headless"}
    assert [code_of(finding) for finding in graded.blocking] == ["STS107"]


def test_the_version_before_is_compared_with() -> None:
    task = WriteTask("x", SOLUTION, (), (), (), (), previous=SOLUTION)
    assert grade(task, SOLUTION).passed
    assert grade(task, SOLUTION.replace("replicas: 3", "replicas: 5")).passed
    changed = grade(task, SOLUTION.replace("storage: 1Gi", "storage: 2Gi"))
    assert changed.codes == ("STS402",)
    without = WriteTask("x", SOLUTION, (), (), (), ())
    assert grade(without, SOLUTION.replace("storage: 1Gi", "storage: 2Gi")).passed


def test_a_judgement_costs_a_few_times_the_reading() -> None:
    """Live checking: the same order of cost as reading, which is linear."""
    more = "".join(
        f"---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c{i}}}\ndata:\n  a: b\n  c: d\n"
        for i in range(25)
    )
    text = SOLUTION + more

    def best(action: Callable[[], object]) -> float:
        return min(timeit.repeat(action, number=5, repeat=7))

    assert best(lambda: grade(TASK, text)) < 8 * best(lambda: read(text))


def test_a_file_is_named_in_the_findings() -> None:
    assert {finding.file for finding in judge(TASK, read(TASK.starter, "a.yaml")).findings} == {
        "a.yaml"
    }


def test_checks_come_in_the_order_of_the_lesson() -> None:
    checks = tuple(
        Check(name, Target("StatefulSet"), f"spec.{name}", Operator.EQUALS, 7)
        for name in ("replicas", "minReadySeconds", "revisionHistoryLimit")
    )
    task = WriteTask("x", TASK.starter, checks, (), (), ())
    codes = [code_of(finding) for finding in grade(task, SOLUTION).blocking]
    assert codes == ["check:replicas", "check:minReadySeconds", "check:revisionHistoryLimit"]
