"""What a failed check says was found never looks like what it needed."""

import pytest

from tutor.course.checks import failure
from tutor.course.grading import code_of, grade
from tutor.manifest.reader import read
from tutor.model.checks import Check, Operator, Target
from tutor.model.course import WriteTask


@pytest.mark.parametrize(
    ("written", "value", "found", "needed"),
    [
        ('"true"', True, '"true"', "true"),
        ("true", "true", "true", '"true"'),
        ('"3"', 3, '"3"', "3"),
        ("none", "None", "none", "None"),
    ],
)
def test_found_and_needed_are_told_apart(
    written: str, value: object, found: str, needed: str
) -> None:
    manifest = read(
        f"apiVersion: example.com/v1\nkind: Thing\nmetadata: {{name: a}}\nspec: {{x: {written}}}\n"
    )
    finding = failure(Check("x", Target("Thing"), "spec.x", Operator.EQUALS, value), manifest)
    assert finding is not None
    assert (finding.params["found"], finding.params["needed"]) == (found, needed)


SERVICES = """\
apiVersion: v1
kind: Service
metadata: {name: nginx}
spec: {clusterIP: None, selector: {app: web}}
"""


def _door(check: str, path: str, value: object) -> Check:
    return Check(check, Target("Service", "web"), path, Operator.EQUALS, value)


def test_an_object_the_task_asks_for_is_not_taken_for_a_misspelt_other() -> None:
    check, manifest = _door("port", "spec.ports[0].port", 80), read(SERVICES)
    alone = failure(check, manifest)
    assert alone is not None
    assert (alone.variant, alone.params.get("nearest")) == ("nearest", "Service/nginx")
    wanted = failure(check, manifest, {check.target, Target("Service", "nginx")})
    assert wanted is not None
    assert (wanted.variant, wanted.line) == ("object", 4)


def test_a_missing_object_is_said_once_and_every_check_of_it_blocks() -> None:
    task = WriteTask(
        id="x",
        starter=SERVICES,
        checks=(
            Check(
                "headless", Target("Service", "nginx"), "spec.clusterIP", Operator.EQUALS, "None"
            ),
            _door("port", "spec.ports[0].port", 80),
            _door("pods", "spec.selector.app", "web"),
        ),
        rules=(),
        solutions=(),
        mistakes=(),
    )
    graded = grade(task, SERVICES)
    assert graded.codes == ("check:port", "check:pods")
    assert [code_of(finding) for finding in graded.blocking] == ["check:port"]
