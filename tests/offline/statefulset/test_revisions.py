"""ControllerRevisions: names, equality, numbering."""

import gzip
import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.offline.statefulset.fake import Cluster
from tests.offline.statefulset.samples import NS, PODS, SETS, image, stateful_set
from tutor.offline.controllers import revisions
from tutor.offline.controllers.revisions import REVISIONS
from tutor.offline.errors import ApiError
from tutor.offline.objects import Obj, labels_of, meta, name_of
from tutor.offline.plan import Action, Create, Update

CLUSTERS = Path(__file__).parents[3] / "fixtures" / "clusters"


def recorded() -> dict[str, Obj]:
    """Every revision of the recordings, but those whose template carries a (normalised) time."""
    found = {}
    for path in CLUSTERS.glob("*.json.gz"):
        with gzip.open(path) as file:
            steps = json.load(file)["steps"]
        for step in steps:
            for event in step.get("watch_events") or ():
                added = event["kind"] == "ControllerRevision" and event["watch"] == "ADDED"
                if added and "<ts>" not in json.dumps(event["object"]["data"]):
                    found[event["name"]] = event["object"]
    return found


RECORDED = recorded()


def test_there_are_revisions_to_compare_with() -> None:
    assert len(RECORDED) > 15


@pytest.mark.parametrize("name", sorted(RECORDED))
def test_names_are_the_recorded_ones(name: str) -> None:
    revision = RECORDED[name]
    hashed = revisions.revision_hash(revisions.raw_data(revision["data"]), 0)
    assert name.endswith(f"-{hashed}")
    assert labels_of(revision)[revisions.HASH_LABEL] == hashed


@pytest.mark.parametrize("name", sorted(RECORDED))
def test_a_template_becomes_its_recorded_revision(name: str) -> None:
    recorded_one = RECORDED[name]
    template = revisions.template_of(recorded_one)
    assert "$patch" not in template
    parent = {
        "metadata": {
            "name": name.rpartition("-")[0],
            "namespace": "NS",
            "annotations": meta(recorded_one).get("annotations") or {},
        }
    }
    owner = meta(recorded_one)["ownerReferences"][0]
    made = revisions.new_revision(
        parent, owner, revisions.template_data(template), recorded_one["revision"], 0
    )
    given_by_server = ("uid", "creationTimestamp", "managedFields", "resourceVersion")
    metadata = {
        key: value for key, value in meta(recorded_one).items() if key not in given_by_server
    }
    assert made == {
        **recorded_one,
        "apiVersion": "apps/v1",
        "kind": "ControllerRevision",
        "metadata": metadata,
    }


@pytest.mark.parametrize(
    ("data", "raw"),
    [
        ({"b": 1, "a": "<&>"}, rb'{"a":"\u003c\u0026\u003e","b":1}'),
        ({"a": "日本\u2028\t\b\x7f"}, '{"a":"日本\\u2028\\t\\b\x7f"}'.encode()),
        ({"a": 2**63 - 1, "b": 2**53}, b'{"a":9223372036854776000,"b":9007199254740992}'),
        ({"a": True, "b": None, "c": []}, b'{"a":true,"b":null,"c":[]}'),
    ],
)
def test_data_is_written_as_go_writes_it(data: Obj, raw: bytes) -> None:
    assert revisions.raw_data(data) == raw


def test_a_long_parent_is_cut() -> None:
    assert revisions.revision_name("x" * 300, "abc") == "x" * 223 + "-abc"


@given(st.binary(max_size=40), st.integers(0, 1000))
def test_hashes_use_only_letters_that_spell_no_words(raw: bytes, collisions: int) -> None:
    hashed = revisions.revision_hash(raw, collisions)
    assert 1 <= len(hashed) <= 10
    assert set(hashed) <= set("bcdfghjklmnpqrstvwxz2456789")


def numbered(cluster: Cluster) -> dict[str, int]:
    return {name_of(one): one["revision"] for one in cluster.list(REVISIONS)}


def rolled(cluster: Cluster, *images: str) -> None:
    for one in images:
        cluster.change(SETS, "web", partial(image, one))
        cluster.settle()


def test_going_back_renumbers_the_old_revision() -> None:
    cluster = Cluster()
    cluster.create(SETS, stateful_set())
    cluster.settle()
    first = cluster.web()["status"]["currentRevision"]
    rolled(cluster, "nginx:1.26", "nginx:1.25")
    assert numbered(cluster)[first] == 3
    assert sorted(numbered(cluster).values()) == [2, 3]
    assert cluster.web()["status"]["currentRevision"] == first


def test_a_taken_name_is_a_collision_and_is_counted() -> None:
    cluster = Cluster()
    cluster.create(SETS, stateful_set())
    cluster.settle()
    (name,) = numbered(cluster)
    other = Cluster()
    other.create(
        REVISIONS,
        {"metadata": {"name": name, "namespace": NS}, "data": {"spec": {}}, "revision": 7},
    )
    other.create(SETS, stateful_set())
    other.settle()
    status = other.web()["status"]
    assert status["collisionCount"] == 1
    assert status["currentRevision"] not in ("", name)
    made = other.get(REVISIONS, NS, status["currentRevision"])
    assert made is not None
    # The label still tells the hash of the first try, as the real one's does.
    assert labels_of(made)[revisions.HASH_LABEL] == name.rpartition("-")[2]
    assert other.names(PODS) == ("web-0", "web-1", "web-2")
    other.change(SETS, "web", lambda obj: obj["spec"].update(replicas=2))
    other.settle()
    assert len(numbered(other)) == 2, "the count is remembered, nothing is made again"


def test_the_same_revision_made_by_somebody_else_is_used() -> None:
    cluster = Cluster()
    cluster.create(SETS, stateful_set())
    cluster.settle()
    (revision,) = cluster.list(REVISIONS)
    other = Cluster()
    stray = {**revision, "metadata": {"name": name_of(revision), "namespace": NS}}
    other.create(REVISIONS, stray)
    other.create(SETS, stateful_set())
    other.settle()
    assert other.web()["status"]["collisionCount"] == 0
    assert other.web()["status"]["currentRevision"] == name_of(revision)


@pytest.mark.parametrize(("limit", "left"), [(0, 1), (1, 2), (10, 4), (-1, 4)])
def test_the_history_limit_counts_only_what_nobody_uses(limit: int, left: int) -> None:
    cluster = Cluster()
    cluster.create(SETS, stateful_set(revisionHistoryLimit=limit))
    cluster.settle()
    rolled(cluster, "nginx:1", "nginx:2", "nginx:3")
    assert len(numbered(cluster)) == left
    assert max(numbered(cluster).values()) == 4
    assert cluster.web()["status"]["currentRevision"] in numbered(cluster)


def test_orphaned_revisions_are_adopted() -> None:
    cluster = Cluster()
    cluster.create(SETS, stateful_set())
    cluster.settle()
    cluster.delete(SETS, "web", how="Orphan")
    cluster.settle()
    before = numbered(cluster)
    cluster.create(SETS, stateful_set())
    cluster.settle()
    assert numbered(cluster) == before
    (revision,) = cluster.list(REVISIONS)
    assert meta(revision)["ownerReferences"][0]["uid"] == meta(cluster.web())["uid"]


def failing(count: int, resource: str, verb: type[Create | Update]) -> Any:
    left = [count]

    def refuse(action: Action) -> ApiError | None:
        if isinstance(action, verb) and action.resource == resource and left[0] > 0:
            left[0] -= 1
            return ApiError(500, "InternalError", "the store stumbled")
        return None

    return refuse


def test_a_revision_that_cannot_be_written_is_tried_again() -> None:
    cluster = Cluster()
    cluster.refuse = failing(3, REVISIONS, Create)
    cluster.create(SETS, stateful_set())
    cluster.settle()
    assert numbered(cluster)
    assert cluster.names(PODS) == ("web-0", "web-1", "web-2")
    cluster.refuse = failing(2, REVISIONS, Update)
    rolled(cluster, "nginx:1.26", "nginx:1.25")
    assert sorted(numbered(cluster).values()) == [2, 3]
