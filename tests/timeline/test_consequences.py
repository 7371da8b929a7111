"""What a manifest, right or wrong, comes to."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tutor.manifest.emit import to_yaml
from tutor.manifest.reader import read
from tutor.model.consequences import Comes, Nameless
from tutor.timeline.consequences import consequences
from tutor.timeline.trial import try_out

WEB = (
    Path(__file__).parents[1] / "course/sample/fixtures/start/first/solutions/01-below.yaml"
).read_text("utf-8")
PODS = ("web-0", "web-1", "web-2")
CLAIMS = ("data-web-0", "data-web-1", "data-web-2")
Edit = Callable[[Any], object]


def changed(kind: str, edit: Edit) -> str:
    found: list[Any] = [document.data for document in read(WEB).documents]
    for one in found:
        if one["kind"] == kind:
            edit(one)
    return "---\n".join(to_yaml(one) for one in found)


def of_set(edit: Edit) -> str:
    return changed("StatefulSet", lambda one: edit(one["spec"]))


def container(spec: Any) -> Any:
    return spec["template"]["spec"]["containers"][0]


def claim(spec: Any) -> Any:
    return spec["volumeClaimTemplates"][0]["spec"]


def comes(text: str, previous: str = "") -> list[tuple[Comes, tuple[str, ...], dict[str, Any]]]:
    found = consequences(try_out(text, previous))
    return [(one.what, one.names, dict(one.params)) for one in found]


def test_all_is_well() -> None:
    assert comes(WEB) == [(Comes.WELL, (), {"ready": 3})]


def test_nothing_changes() -> None:
    assert comes(WEB, WEB) == [(Comes.NOTHING, (), {})]


@pytest.mark.parametrize(
    ("text", "why", "service"),
    [
        (of_set(lambda spec: spec.update(serviceName="wbe")), Nameless.MISSING, "wbe"),
        (of_set(lambda spec: spec.pop("serviceName")), Nameless.UNNAMED, ""),
        (
            changed("Service", lambda one: one["spec"].pop("clusterIP")),
            Nameless.ADDRESS,
            "web",
        ),
        (
            changed("Service", lambda one: one["spec"].update(selector={"app": "other"})),
            Nameless.UNSELECTED,
            "web",
        ),
    ],
)
def test_three_pods_without_names(text: str, why: Nameless, service: str) -> None:
    assert comes(text) == [(Comes.NAMELESS, PODS, {"service": service, "why": why})]


def test_a_claim_nobody_mounts() -> None:
    text = of_set(lambda spec: container(spec).pop("volumeMounts"))
    assert comes(text) == [(Comes.UNMOUNTED, CLAIMS, {})]


def test_a_rollout_that_sticks() -> None:
    text = of_set(lambda spec: container(spec).update(image="nginx:broken"))
    assert comes(text, WEB) == [
        (Comes.STUCK, ("web-2",), {"status": "ImagePullBackOff"}),
        (Comes.OUTDATED, ("web-0", "web-1"), {"because": "web-2"}),
    ]


def test_a_start_that_sticks() -> None:
    text = of_set(lambda spec: container(spec).update(image="nginx:broken"))
    assert comes(text) == [
        (Comes.STUCK, ("web-0",), {"status": "ImagePullBackOff"}),
        (Comes.MISSING, ("web-1", "web-2"), {"because": "web-0"}),
    ]


def test_a_claim_of_a_class_that_is_not_there() -> None:
    text = of_set(lambda spec: claim(spec).update(storageClassName="fast"))
    assert comes(text) == [
        (Comes.STUCK, ("web-0",), {"status": "Pending"}),
        (Comes.UNBOUND, ("data-web-0",), {"reason": "ProvisioningFailed"}),
        (Comes.MISSING, ("web-1", "web-2"), {"because": "web-0"}),
    ]


def test_claims_of_places_that_are_no_longer_wanted() -> None:
    text = of_set(lambda spec: spec.update(replicas=1))
    assert comes(text, WEB) == [
        (Comes.LEFT, CLAIMS[1:], {}),
        (Comes.WELL, (), {"ready": 1}),
    ]


@pytest.mark.parametrize("strategy", [{"type": "OnDelete"}, {"rollingUpdate": {"partition": 2}}])
def test_partitions_and_updates_by_hand_are_no_trouble(strategy: dict[str, Any]) -> None:
    def newer(spec: Any) -> None:
        container(spec)["image"] = "nginx:9"
        spec["updateStrategy"] = strategy

    before = of_set(lambda spec: spec.update(updateStrategy=strategy))
    assert comes(of_set(newer), before) == [(Comes.WELL, (), {"ready": 3})]


def test_what_is_refused_and_what_is_no_manifest() -> None:
    ((what, names, params), *_) = comes(of_set(lambda spec: spec.update(replicas=-1)))
    assert (what, names) == (Comes.REFUSED, ("StatefulSet/web",))
    assert "greater than or equal to 0" in params["reason"]
    ((what, _, params),) = comes("a: [")
    assert (what, params["line"]) == (Comes.UNREADABLE, 1)


def test_what_never_rests() -> None:
    def ends(spec: Any) -> None:
        spec["template"]["metadata"]["annotations"] = {"sts-tutor.dev/phase": "Failed"}

    assert comes(of_set(ends))[0][0] is Comes.RESTLESS
