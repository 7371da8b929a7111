"""Strategic, merge and JSON patches against the real kubectl, which holds the server's library."""

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tutor.offline.admission.apply.typed import root
from tutor.offline.admission.patch import jsonpatch, merge, strategic
from tutor.offline.admission.patch.errors import PatchError
from tutor.offline.admission.types import type_of
from tutor.offline.admission.wire import encode

KUBECTL = str(Path(sys.executable).parent / "kubectl")
pytestmark = pytest.mark.kubectl


def kubectl(obj: dict[str, Any], kind: str, patch: Any) -> dict[str, Any] | None:
    """What kubectl makes of an object; None where it refuses the patch."""
    done = subprocess.run(
        [KUBECTL, "patch", "--local", "-f", "-", f"--type={kind}", "-p", json.dumps(patch),
         "-o", "json"],
        input=json.dumps(obj),
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "KUBECONFIG": os.devnull},
    )  # fmt: skip
    if done.returncode:
        return None
    made: dict[str, Any] = json.loads(done.stdout)
    return made


@cache
def pod() -> dict[str, Any]:
    made: dict[str, Any] = json.loads(
        json.dumps(
            {
                "apiVersion": "v1",
                "kind": "Pod",
                "metadata": {
                    "name": "web",
                    "labels": {"app": "web", "tier": "one"},
                    "finalizers": ["a/b", "c/d"],
                },
                "spec": {
                    "containers": [
                        {
                            "name": "app",
                            "image": "nginx:1",
                            "args": ["a", "b"],
                            "env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}],
                            "ports": [
                                {"containerPort": 80, "name": "http"},
                                {"containerPort": 81, "name": "admin"},
                            ],
                        },
                        {"name": "side", "image": "side:1"},
                        {"name": "log", "image": "log:1"},
                    ],
                    "volumes": [
                        {"name": "v", "emptyDir": {}},
                        {"name": "w", "configMap": {"name": "x"}},
                    ],
                    "tolerations": [{"key": "k", "operator": "Exists"}],
                },
            }
        )
    )
    return made


def ours(patch: dict[str, Any]) -> dict[str, Any] | None:
    type_ = type_of("Pod", "v1")
    try:
        made = strategic.apply(pod(), patch, root("Pod"))
    except PatchError:
        return None
    return encode(made, type_)


def same(mine: dict[str, Any] | None, theirs: dict[str, Any] | None) -> None:
    if theirs is None or mine is None:
        assert mine == theirs
        return
    assert _plain(encode(mine, type_of("Pod", "v1"))) == _plain(
        encode(theirs, type_of("Pod", "v1"))
    )


def _plain(obj: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in obj.items() if key != "status"}


PATCHES: list[dict[str, Any]] = [
    {},
    {"metadata": {"labels": {"app": None, "new": "x"}}},
    {"metadata": {"labels": {"$patch": "replace", "only": "me"}}},
    {"metadata": {"finalizers": ["e/f", "a/b"]}},
    {"metadata": {"$deleteFromPrimitiveList/finalizers": ["a/b"]}},
    {"metadata": {"finalizers": None}},
    {"spec": {"containers": [{"name": "side", "image": "side:2"}]}},
    {"spec": {"containers": [{"name": "new", "image": "new:1"}]}},
    {"spec": {"containers": [{"name": "side", "$patch": "delete"}]}},
    {"spec": {"containers": [{"$patch": "replace"}, {"name": "x", "image": "x"}]}},
    {"spec": {"containers": [{"name": "app", "args": ["c"]}]}},
    {"spec": {"containers": [{"name": "app", "env": [{"name": "B", "value": "3"}]}]}},
    {"spec": {"containers": [{"name": "app", "env": [{"name": "A", "$patch": "delete"}]}]}},
    {"spec": {"containers": [{"name": "app", "ports": [{"containerPort": 81, "name": "z"}]}]}},
    {"spec": {"containers": [{"image": "no-name"}]}},
    {"spec": {"tolerations": [{"key": "z", "operator": "Exists"}]}},
    {"spec": {"volumes": [{"name": "v", "$retainKeys": ["name", "hostPath"],
                           "hostPath": {"path": "/x"}}]}},
    {"spec": {"volumes": [{"name": "w", "configMap": {"name": "y"}}]}},
    {"spec": {"volumes": [{"name": "w", "configMap": None, "emptyDir": {}}]}},
    {"spec": {"$setElementOrder/containers": [{"name": "log"}, {"name": "app"}, {"name": "side"}]}},
    {"spec": {"$setElementOrder/containers": [{"name": "log"}, {"name": "new"}, {"name": "app"}],
              "containers": [{"name": "new", "image": "new:1"}]}},
    {"spec": {"$setElementOrder/containers": [{"name": "side"}, {"name": "app"}],
              "containers": [{"name": "side", "image": "s:2"}, {"name": "app", "image": "a:2"}]}},
    {"spec": {"$setElementOrder/containers": [{"name": "side"}],
              "containers": [{"name": "log", "$patch": "delete"}]}},
    {"spec": {"$setElementOrder/containers": [{"name": "app"}],
              "containers": [{"name": "side", "image": "not in the order"}]}},
    {"spec": {"nodeSelector": {"disk": "ssd"}}},
    {"spec": {"nodeSelector": {"disk": None}}},
    {"spec": {"securityContext": {"$patch": "delete"}}},
]  # fmt: skip


@pytest.mark.parametrize("patch", PATCHES, ids=json.dumps)
def test_strategic_patches(patch: dict[str, Any]) -> None:
    same(ours(patch), kubectl(pod(), "strategic", patch))


NAMES = st.sampled_from(["app", "side", "log", "new"])
CONTAINERS = st.lists(
    st.one_of(
        st.builds(lambda name: {"name": name, "$patch": "delete"}, NAMES),
        st.builds(
            lambda name, image, env: {"name": name, "image": image, "env": env},
            NAMES,
            st.sampled_from(["x:1", "y:1"]),
            st.lists(
                st.builds(
                    lambda name: {"name": name, "value": "9"}, st.sampled_from(["A", "B", "C"])
                ),
                max_size=2,
                unique_by=lambda one: one["name"],
            ),
        ),
    ),
    max_size=3,
    unique_by=lambda one: one["name"],
)
ORDERS = st.none() | st.lists(NAMES, max_size=4, unique=True)
LABELS = st.dictionaries(
    st.sampled_from(["app", "tier", "x"]), st.none() | st.sampled_from(["1", "2"]), max_size=3
)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@example([{"name": "app", "image": "x:1"}, {"name": "new", "image": "x:1"}], [], {})
@example([{"name": "new", "image": "x:1"}], [], {})
@example([{"name": "log", "$patch": "delete"}, {"name": "new", "image": "x:1"}], ["app"], {})
@example([{"name": "app", "$patch": "delete"}, {"name": "new", "image": "x:1"}], ["new"], {})
@given(CONTAINERS, ORDERS, LABELS)
def test_strategic_patches_of_all_kinds(
    containers: list[dict[str, Any]], order: list[str] | None, labels: dict[str, str | None]
) -> None:
    spec: dict[str, Any] = {"containers": containers} if containers else {}
    if order is not None:
        spec["$setElementOrder/containers"] = [{"name": name} for name in order]
    patch: dict[str, Any] = {"metadata": {"labels": labels}, "spec": spec}
    same(ours(patch), kubectl(pod(), "strategic", patch))


@pytest.mark.parametrize(
    "patch",
    [
        {},
        {"metadata": {"labels": {"app": None}}},
        {"metadata": {"labels": None}},
        {"spec": {"containers": [{"name": "one", "image": "i"}]}},
        {"spec": {"nodeSelector": {"a": "b", "c": None}}},
        {"metadata": {"annotations": {"a": "b"}}, "spec": {"volumes": []}},
    ],
    ids=json.dumps,
)
def test_merge_patches(patch: dict[str, Any]) -> None:
    same(merge.apply(pod(), patch), kubectl(pod(), "merge", patch))


@pytest.mark.parametrize(
    "patch",
    [
        [],
        [{"op": "add", "path": "/metadata/labels/x", "value": "y"}],
        [{"op": "add", "path": "/metadata/labels/a~1b", "value": "y"}],
        [{"op": "remove", "path": "/metadata/labels/app"}],
        [{"op": "remove", "path": "/metadata/labels/none"}],
        [{"op": "replace", "path": "/metadata/labels/none", "value": "z"}],
        [{"op": "replace", "path": "/spec/containers/1/image", "value": "z"}],
        [{"op": "replace", "path": "/spec/containers/9/image", "value": "z"}],
        [{"op": "add", "path": "/spec/containers/-", "value": {"name": "n", "image": "i"}}],
        [{"op": "add", "path": "/spec/containers/0", "value": {"name": "n", "image": "i"}}],
        [{"op": "remove", "path": "/spec/containers/-1"}],
        [{"op": "test", "path": "/metadata/name", "value": "web"}],
        [{"op": "test", "path": "/metadata/name", "value": "other"}],
        [{"op": "test", "path": "/metadata/namespace", "value": None}],
        [{"op": "copy", "from": "/metadata/name", "path": "/metadata/labels/copy"}],
        [{"op": "move", "from": "/metadata/labels/app", "path": "/metadata/labels/moved"}],
        [{"op": "nonsense", "path": "/metadata/name"}],
        [{"op": "add", "path": "/no/such/place", "value": 1}],
    ],
    ids=json.dumps,
)
def test_json_patches(patch: list[dict[str, Any]]) -> None:
    mine: dict[str, Any] | None
    try:
        mine = jsonpatch.apply(pod(), patch)
    except PatchError:
        mine = None
    same(mine, kubectl(pod(), "json", patch))
