"""``sts-tutor clean``: what it lists is what goes."""

from tests.cli.test_apply import NAMESPACE, Do, do, exists, kubeconfig, offline, web
from tutor.offline.api.embedded import Embedded

__all__ = ["do", "kubeconfig", "offline", "web"]


def test_nothing_to_clean(do: Do, offline: Embedded) -> None:
    said = do("clean", "--yes")
    assert (said.code, "nothing here" in said.out) == (0, True)


def test_it_lists_asks_and_removes(do: Do, web: str, offline: Embedded) -> None:
    assert do("apply", web, "--yes", "--watch").code == 0
    kept = do("clean", answers="no\n")
    assert (kept.code, "Nothing was changed." in kept.out) == (0, True)
    assert exists(offline, "persistentvolumeclaims", f"{NAMESPACE}/data-web-0")
    gone = do("clean", answers="yes\n")
    assert gone.code == 0
    for line in (
        f"Namespace {NAMESPACE}",
        "StatefulSet web",
        "PersistentVolumeClaim data-web-1 (1Gi)",
        "With 2 claims goes the data written to their volumes.",
    ):
        assert line in gone.out
    assert not exists(offline, "namespaces", NAMESPACE)
    assert exists(offline, "namespaces", "default")


def test_what_stays_is_named_with_the_way_to_remove_it(
    do: Do,
    web: str,
    offline: Embedded,
) -> None:
    assert do("apply", web, "--yes", "--watch").code == 0

    def retain(house: object) -> str:
        from tutor.offline.requests import Request
        from tutor.offline.resources import named

        runner = house.runner  # type: ignore[attr-defined]
        volume = next(iter(runner.store.list("persistentvolumes")))["metadata"]["name"]
        request = Request("patch", named("persistentvolumes"), "", volume, patch_type="merge")
        runner.registry.patch(request, {"spec": {"persistentVolumeReclaimPolicy": "Retain"}})
        return str(volume)

    volume = offline.ask(retain)
    said = do("clean", "--yes")
    assert (said.code, f"kubectl delete pv {volume}" in said.out) == (0, True)
    assert exists(offline, "persistentvolumes", volume)
    assert volume in do("clean", "--yes").out
