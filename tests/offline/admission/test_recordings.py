"""Every recorded POST, PUT and PATCH, answered: whole bodies, codes and warnings."""

import pytest

from tests.offline.admission.replaying import play
from tests.offline.recordings import CLUSTERS

# Refused by what stands before the registry: the parameters of a request.
PARAMETERS = {
    ("j04", "JSON unknown field, fieldValidation=Bogus"),
    ("k01", "apply without fieldManager"),
    ("k02", "create dryRun=Some"),
}
# The recorder took the resourceVersion out of the request.
LOST = {
    ("j01", "resourceVersion set on create"),
    ("k02", "PUT with a stale resourceVersion"),
    ("k02", "merge patch with a stale resourceVersion"),
}
SCENARIOS = sorted(
    path.name.removesuffix(".json.gz") for path in CLUSTERS.glob("*.json.gz") if "-" in path.name
)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_requests_are_answered_as_recorded(scenario: str) -> None:
    letter = scenario.partition("-")[0]
    wrong = [
        one.description
        for one in play(scenario)
        if one.got != one.expected and (letter, one.description) not in PARAMETERS | LOST
    ]
    assert not wrong
