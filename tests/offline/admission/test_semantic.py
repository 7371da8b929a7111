"""What means the same is no change: it is not refused, and makes no new generation."""

import copy

import pytest

from tests.offline.controllers.cluster import SETS, Cluster, recorded_set
from tutor.offline.admission.semantic import same
from tutor.offline.objects import Obj


@pytest.mark.parametrize(
    ("one", "other", "means_the_same"),
    [
        ({"limits": {"storage": "1Gi"}}, {"limits": {"storage": "1073741824"}}, True),
        ({"limits": {"storage": "1Gi"}}, {"limits": {"storage": "1G"}}, False),
        ({"limits": {"storage": "1Gi"}}, {"limits": {"cpu": "1Gi"}}, False),
        ({"limits": {}}, {}, True),
        ({"limits": {}}, {"limits": {"cpu": "1"}}, False),
    ],
)
def test_amounts_and_emptiness_compare_by_meaning(
    one: Obj, other: Obj, means_the_same: bool
) -> None:
    assert same("ResourceRequirements", one, other) is means_the_same
    assert same("ResourceRequirements", other, one) is means_the_same


def test_a_name_that_looks_like_an_amount_is_a_name() -> None:
    assert not same(
        "PodSpec", {"nodeSelector": {"size": "1Gi"}}, {"nodeSelector": {"size": "1024Mi"}}
    )


def test_a_claim_template_may_be_written_otherwise() -> None:
    cluster = Cluster()
    made = cluster.create(SETS, recorded_set())
    templates = copy.deepcopy(made["spec"]["volumeClaimTemplates"])
    requests = templates[0]["spec"]["resources"]["requests"]
    assert requests["storage"] == "1Gi"
    requests["storage"] = "1073741824"
    patch = {"spec": {"volumeClaimTemplates": templates}}
    updated = cluster.patch(SETS, made["metadata"]["name"], patch)
    assert updated["metadata"]["generation"] == made["metadata"]["generation"]
    assert updated["spec"]["volumeClaimTemplates"][0]["spec"]["resources"]["requests"] == requests
