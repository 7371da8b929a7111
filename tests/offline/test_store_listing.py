"""Lists at a version, page by page; watches from the log."""

import base64
import json
from typing import Any

import pytest

from tests.offline.bench import Bench, Obj, pod, statefulset
from tests.offline.recordings import answer
from tests.offline.test_registry import refusal
from tutor.offline.listing import Page, page, query_of
from tutor.offline.resources import named
from tutor.offline.store import Store
from tutor.offline.watching import Watch

SETS = named("statefulsets.apps")
PODS = named("pods")


@pytest.fixture
def bench() -> Bench:
    found = Bench()
    for index in range(5):
        found.create("statefulsets.apps", statefulset(f"s{index}"))
    return found


def pages(bench: Bench, **parameters: str) -> Page:
    return page(bench.runner.store, SETS, "NS", query_of(SETS, parameters))


def names(items: list[Obj]) -> list[str]:
    return [obj["metadata"]["name"] for obj in items]


def test_pages_are_of_one_version(bench: Bench) -> None:
    first = pages(bench, limit="2")
    assert names(first.items) == ["s0", "s1"]
    recorded = answer("k03", "get StatefulSet (list) limit=2")["metadata"]
    token = json.loads(base64.urlsafe_b64decode(recorded["continue"] + "=="))
    ours = json.loads(base64.urlsafe_b64decode(first.token + "=="))
    assert {**ours, "rv": 0} == {**token, "rv": 0}
    assert first.remaining == recorded["remainingItemCount"] == 3
    bench.delete("statefulsets.apps", "s3")
    bench.create("statefulsets.apps", statefulset("s9"))
    second = pages(bench, limit="2", **{"continue": first.token})
    assert (names(second.items), second.remaining) == (["s2", "s3"], 1)
    last = pages(bench, limit="2", **{"continue": second.token})
    assert names(last.items) == ["s4"]
    assert set(last.metadata) == {"resourceVersion"}
    assert first.version == second.version == last.version < bench.runner.store.version


def test_pages_over_all_namespaces(bench: Bench) -> None:
    bench.create("namespaces", {"metadata": {"name": "A"}})
    bench.create("statefulsets.apps", statefulset("z"), namespace="A")
    store, found, token = bench.runner.store, [], ""
    for _ in range(3):
        one = page(store, SETS, "", query_of(SETS, {"limit": "2", "continue": token}))
        found += names(one.items)
        token = one.token
    assert (found, token) == (["z", "s0", "s1", "s2", "s3", "s4"], "")


def test_a_selection_does_not_say_how_many_are_left(bench: Bench) -> None:
    found = pages(bench, limit="1", labelSelector="app in (s1,s3)")
    assert (names(found.items), found.remaining) == (["s1"], None)
    assert found.token
    rest = pages(bench, limit="1", labelSelector="app in (s1,s3)", **{"continue": found.token})
    assert (names(rest.items), rest.token) == (["s3"], "")


def test_the_body_of_a_list(bench: Bench) -> None:
    body = pages(bench).body(SETS)
    recorded = answer("k03", "last page")
    assert {name: body[name] for name in ("kind", "apiVersion")} == {
        name: recorded[name] for name in ("kind", "apiVersion")
    }
    assert all("kind" not in item and "apiVersion" not in item for item in body["items"])


def test_a_token_outlives_its_version_by_a_new_one(bench: Bench) -> None:
    first = pages(bench, limit="2")
    bench.create("statefulsets.apps", statefulset("s15"))
    bench.runner.store.compact(bench.runner.store.version)
    found = refusal(pages, bench, **{"continue": first.token})
    assert (found["code"], found["reason"]) == (410, "Expired")
    assert found["message"].startswith("The provided continue parameter is too old to display")
    rest = pages(bench, **{"continue": found["metadata"]["continue"]})
    assert names(rest.items) == ["s15", "s2", "s3", "s4"]


def test_versions_of_lists(bench: Bench) -> None:
    store = bench.runner.store
    before = store.version
    bench.delete("statefulsets.apps", "s0")
    exact = {"resourceVersion": str(before), "resourceVersionMatch": "Exact"}
    assert len(pages(bench, **exact).items) == 5
    assert pages(bench, **exact).version == before
    assert len(pages(bench, resourceVersion=str(before)).items) == 4
    assert len(pages(bench, resourceVersion="0").items) == 4
    assert len(pages(bench, resourceVersion=str(before), limit="9").items) == 5
    found = refusal(pages, bench, resourceVersion=str(store.version + 5))
    assert (found["code"], found["reason"]) == (504, "Timeout")
    assert found["message"] == (
        f"Too large resource version: {store.version + 5}, current: {store.version}"
    )
    store.compact(store.version)
    assert refusal(pages, bench, **exact)["message"] == (
        "The resourceVersion for the provided list is too old."
    )


@pytest.mark.parametrize(
    ("parameters", "description"),
    [
        ({"labelSelector": "!!"}, "bad label selector"),
        ({"fieldSelector": "spec.replicas=1"}, "unsupported field selector"),
        ({"resourceVersion": "abc"}, "bad resourceVersion"),
        ({"limit": "x"}, "bad limit"),
        ({"continue": "zzz"}, "bad continue token"),
    ],
)
def test_queries_are_refused_as_recorded(
    bench: Bench, parameters: dict[str, str], description: str
) -> None:
    assert refusal(pages, bench, **parameters) == answer("k02", description)


def token(**content: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("a", "illegal base64 data at input byte 0"),
        ("ab!d", "illegal base64 data at input byte 2"),
        (token(v="v9", rv=1, start="x"), 'server does not recognize this encoded version "v9"'),
        (token(v="meta.k8s.io/v1", start="x"),
         "incorrect encoded start resourceVersion (version meta.k8s.io/v1)"),
        (token(v="meta.k8s.io/v1", rv=1), "encoded start key empty (version meta.k8s.io/v1)"),
    ],
)  # fmt: skip
def test_broken_tokens(bench: Bench, given: str, words: str) -> None:
    found = refusal(pages, bench, **{"continue": given})
    assert found["message"] == f"invalid continue token: continue key is not valid: {words}"


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"resourceVersionMatch": "Exact"}, "resourceVersionMatch: Forbidden: resourceVersionMatch "
         "is forbidden unless resourceVersion is provided"),
        ({"resourceVersionMatch": "Exact", "resourceVersion": "0"},
         'resourceVersionMatch: Forbidden: resourceVersionMatch "exact" is forbidden for '
         'resourceVersion "0"'),
        ({"resourceVersionMatch": "No", "resourceVersion": "1"}, 'resourceVersionMatch: '
         'Unsupported value: "No": supported values: "Exact", "NotOlderThan", ""'),
        ({"sendInitialEvents": "true"},
         "sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list"),
        ({"sendInitialEvents": "true", "watch": "1"}, "resourceVersionMatch: Forbidden: "
         "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"),
        ({"resourceVersionMatch": "Exact", "watch": "true"}, "resourceVersionMatch: Forbidden: "
         "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"),
    ],
)  # fmt: skip
def test_options_that_do_not_go_together(parameters: dict[str, str], words: str) -> None:
    found = refusal(query_of, SETS, parameters)
    assert found["code"] == 422
    assert found["message"] == f'ListOptions.meta.k8s.io "" is invalid: {words}'


# -- watches


def watch(store: Store, **parameters: str) -> Watch:
    return Watch(store, PODS, "NS", query_of(PODS, {"watch": "1", **parameters}))


def seen(found: Watch) -> list[tuple[str, str]]:
    return [(event["type"], event["object"]["metadata"].get("name", "")) for event in found.poll()]


def test_a_watch_begins_with_what_is_there() -> None:
    bench = Bench()
    bench.create("pods", pod("a"))
    bench.create("namespaces", {"metadata": {"name": "other"}})
    for start in ("", "0"):
        found = watch(bench.runner.store, resourceVersion=start)
        assert seen(found) == [("ADDED", "a")]
    found = watch(bench.runner.store)
    bench.create("pods", pod("b"), namespace="other")
    bench.create("pods", pod("b"))
    bench.delete("pods", "a")
    assert seen(found) == [("ADDED", "a"), ("ADDED", "b"), ("MODIFIED", "a"), ("DELETED", "a")]
    assert seen(found) == []


def test_a_watch_goes_on_after_a_version() -> None:
    bench = Bench()
    made = bench.create("pods", pod("a"))
    found = watch(bench.runner.store, resourceVersion=made["metadata"]["resourceVersion"])
    assert seen(found) == []
    changed = bench.patch("pods", "a", {"spec": {"nodeName": "node-1"}})
    (event,) = found.poll()
    assert event == {"type": "MODIFIED", "object": changed}


def test_what_enters_and_leaves_a_selection() -> None:
    bench = Bench()
    bench.create("pods", pod("a"))
    found = watch(bench.runner.store, labelSelector="app=web")
    assert seen(found) == []
    bench.patch("pods", "a", {"metadata": {"labels": {"app": "web"}}})
    bench.patch("pods", "a", {"spec": {"nodeName": "n"}})
    gone = bench.patch("pods", "a", {"metadata": {"labels": {"app": "db"}}})
    bench.delete("pods", "a")
    events = found.poll()
    assert [event["type"] for event in events] == ["ADDED", "MODIFIED", "DELETED"]
    last = events[-1]["object"]["metadata"]
    assert last["labels"] == {"app": "web"}
    assert last["resourceVersion"] == gone["metadata"]["resourceVersion"]


def test_a_list_by_watch_ends_with_a_bookmark() -> None:
    bench = Bench()
    bench.create("statefulsets.apps", statefulset())
    query = query_of(
        SETS,
        {
            "watch": "1",
            "sendInitialEvents": "true",
            "resourceVersionMatch": "NotOlderThan",
            "allowWatchBookmarks": "true",
        },
    )
    found = Watch(bench.runner.store, SETS, "NS", query).poll()
    assert [event["type"] for event in found] == ["ADDED", "BOOKMARK"]
    recorded = answer("k02", "watch-list (sendInitialEvents)").splitlines()
    mark = json.loads(recorded[-1])
    mark["object"]["metadata"]["resourceVersion"] = str(bench.runner.store.version)
    assert found[1] == mark


def test_a_version_gone_ends_a_watch() -> None:
    bench = Bench()
    found = watch(bench.runner.store, resourceVersion="1")
    (event,) = found.poll()
    recorded = answer("k02", "watch from a compacted or old version")
    text = f"too old resource version: 1 ({bench.runner.store.floor})"
    assert event == {**recorded, "object": {**recorded["object"], "message": text}}
    assert found.ended
    assert found.poll() == []
    slow = watch(bench.runner.store)
    bench.create("pods", pod("a"))
    bench.create("pods", pod("b"))
    bench.runner.store.compact(bench.runner.store.version)
    assert [event["type"] for event in slow.poll()] == ["ERROR"]
    assert slow.ended
    later = str(bench.runner.store.version + 1)
    assert refusal(watch, bench.runner.store, resourceVersion=later)["code"] == 504


def test_every_kind_has_a_bookmark() -> None:
    bench = Bench()
    for name in ("pods", "configmaps", "nodes", "events", "secrets"):
        resource = named(name)
        found = Watch(bench.runner.store, resource, "", query_of(resource, {"watch": "1"}))
        mark = found.bookmark()["object"]
        assert (mark["kind"], mark["apiVersion"]) == (resource.kind, resource.api_version)
        assert mark["metadata"] == {"resourceVersion": str(bench.runner.store.version)}
