"""What a failed check says was found never looks like what it needed."""

import pytest

from tutor.course.checks import failure
from tutor.manifest.reader import read
from tutor.model.course import Check, Operator, Target


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
