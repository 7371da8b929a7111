"""Tables: columns as recorded, cells as kubectl printed them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.offline.api.support import PODS, SETS, Client, run, stateful_set
from tests.offline.recordings import recording
from tutor.offline.api.cells import CELLS
from tutor.offline.api.columns import COLUMNS, SCALE, definitions
from tutor.offline.api.inert_cells import TABLES
from tutor.offline.api.podcells import conditions, pod
from tutor.offline.api.words import access_modes, age, duration
from tutor.offline.resources import RESOURCES

TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"


@pytest.mark.parametrize(
    ("kind", "resource"),
    [
        ("StatefulSet", "statefulsets.apps"),
        ("Pod", "pods"),
        ("PersistentVolumeClaim", "persistentvolumeclaims"),
        ("Service", "services"),
        ("ControllerRevision", "controllerrevisions.apps"),
    ],
)
def test_columns_are_the_recorded_ones(kind: str, resource: str) -> None:
    (found,) = (
        one["result"]["body"]
        for one in recording("h01")["steps"]
        if one.get("desc") == f"server-side table of {kind}"
    )
    assert definitions(COLUMNS[resource]) == found["columnDefinitions"]
    for row in found["rows"]:
        assert len(row["cells"]) == len(COLUMNS[resource])


_DEFINITIONS = "customresourcedefinitions.apiextensions.k8s.io"
"""It has the default table."""


def test_every_resource_has_a_table_with_documented_columns() -> None:
    names = {one.name for one in RESOURCES}
    assert set(COLUMNS) == set(CELLS)
    assert set(CELLS) | set(TABLES) >= names - {_DEFINITIONS}
    assert not set(CELLS) & set(TABLES)
    for columns in (*COLUMNS.values(), SCALE):
        assert all(one["description"] for one in definitions(columns))


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (-5, "<invalid>"),
        (-1, "0s"),
        (0, "0s"),
        (119, "119s"),
        (120, "2m"),
        (125, "2m5s"),
        (600, "10m"),
        (10_799, "179m"),
        (10_800, "3h"),
        (11_100, "3h5m"),
        (28_800, "8h"),
        (172_799, "47h"),
        (172_800, "2d"),
        (176_400, "2d1h"),
        (691_200, "8d"),
        (63_072_000, "2y"),
        (63_158_400, "2y1d"),
        (252_288_000, "8y"),
    ],
)
def test_durations(seconds: int, shown: str) -> None:
    assert duration(seconds) == shown


@given(st.floats(0, 3e8))
def test_durations_are_short(seconds: float) -> None:
    assert len(duration(seconds)) <= 6


def test_words() -> None:
    assert age(None, 0) == age("nonsense", 0) == "<unknown>"
    assert access_modes(["ReadWriteMany", "ReadWriteOnce", "ReadWriteOnce"]) == "RWO,RWX"


def container(**state: object) -> dict[str, object]:
    return {"name": "app", "restartCount": 0, "ready": "running" in state, "state": state}


@pytest.mark.parametrize(
    ("status", "more", "shown", "ready"),
    [
        ({"phase": "Pending"}, {}, "Pending", "0/1"),
        ({"phase": "Running", "containerStatuses": [container(running={})]}, {}, "Running", "1/1"),
        (
            {
                "phase": "Pending",
                "containerStatuses": [container(waiting={"reason": "ImagePullBackOff"})],
            },
            {},
            "ImagePullBackOff",
            "0/1",
        ),
        (
            {
                "phase": "Running",
                "containerStatuses": [container(terminated={"exitCode": 3})],
            },
            {},
            "ExitCode:3",
            "0/1",
        ),
        (
            {
                "phase": "Running",
                "containerStatuses": [container(terminated={"exitCode": 1, "reason": "Error"})],
            },
            {},
            "Error",
            "0/1",
        ),
        (
            {"phase": "Running", "containerStatuses": [container(running={})]},
            {"deletionTimestamp": "2026-01-01T00:00:00Z"},
            "Terminating",
            "1/1",
        ),
        ({"phase": "Succeeded"}, {"deletionTimestamp": "x"}, "Succeeded", "0/1"),
        (
            {
                "phase": "Pending",
                "initContainerStatuses": [{"name": "i", "state": {"running": {}}}],
            },
            {},
            "Init:0/1",
            "0/1",
        ),
        (
            {
                "phase": "Pending",
                "conditions": [{"type": "PodScheduled", "reason": "SchedulingGated"}],
            },
            {},
            "SchedulingGated",
            "0/1",
        ),
    ],
)
def test_pods(status: dict[str, object], more: dict[str, str], shown: str, ready: str) -> None:
    spec = {"containers": [{"name": "app"}], "initContainers": [{"name": "i"}]}
    cells = pod({"metadata": {"name": "p", **more}, "spec": spec, "status": status}, 0)
    assert cells[:3] == ["p", ready, shown]


def test_restarts_say_when() -> None:
    last = {"terminated": {"finishedAt": "1970-01-01T00:00:10Z"}}
    one = {**container(running={}), "restartCount": 2, "lastState": last}
    obj = {
        "metadata": {"name": "p"},
        "spec": {"containers": [{"name": "app"}]},
        "status": {"phase": "Running", "containerStatuses": [one]},
    }
    assert pod(obj, 15)[3] == "2 (5s ago)"
    assert conditions(obj) == []
    assert conditions({"status": {"phase": "Failed"}})[0]["message"] == "The pod failed."


def test_over_http() -> None:
    async def asked() -> None:
        client = Client()
        await client.create(SETS, stateful_set())
        client.settle()
        sets = (await client.ask("GET", SETS, accept=TABLE)).json
        assert [one["cells"] for one in sets["rows"]] == [["web", "2/2", "2s", "app", "nginx:1.25"]]
        assert sets["rows"][0]["object"]["kind"] == "PartialObjectMetadata"
        assert sets["metadata"]["resourceVersion"]
        one = (await client.ask("GET", f"{SETS}/web", accept=TABLE)).json
        assert len(one["rows"]) == 1
        whole = (await client.ask("GET", f"{PODS}?includeObject=Object", accept=TABLE)).json
        assert whole["rows"][0]["object"]["kind"] == "Pod"
        bare = (await client.ask("GET", f"{PODS}?includeObject=None", accept=TABLE)).json
        assert bare["rows"][0]["object"] is None
        wrong = await client.ask("GET", f"{PODS}?includeObject=All", accept=TABLE)
        assert wrong.status == 422
        scale = (await client.ask("GET", f"{SETS}/web/scale", accept=TABLE)).json
        assert scale["rows"][0]["cells"][:3] == ["web", 2, 2]
        for resource in RESOURCES:
            base = f"/apis/{resource.api_version}" if resource.group else "/api/v1"
            reply = await client.ask("GET", f"{base}/{resource.plural}", accept=TABLE)
            assert reply.status == 200
            for row in reply.json["rows"]:
                assert len(row["cells"]) == len(reply.json["columnDefinitions"])

    run(asked())


def test_metadata_alone() -> None:
    async def asked() -> None:
        client = Client()
        await client.create(SETS, stateful_set())
        form = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"
        found = (await client.ask("GET", SETS, accept=form)).json
        assert found["kind"] == "PartialObjectMetadataList"
        assert set(found["items"][0]) == {"kind", "apiVersion", "metadata"}
        refused = await client.ask("GET", SETS, accept="application/json;as=Nope;v=v1;g=x")
        assert refused.status == 406
        assert refused.json["message"].startswith("only the following media types are accepted")

    run(asked())
