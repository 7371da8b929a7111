"""``apply`` and ``clean`` where a kubeconfig leads somewhere else than it looks."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.test_apply import NAMESPACE, Do, do, exists, kubeconfig, offline, web
from tests.cluster import shared
from tests.cluster.support import BOTH
from tutor.offline.api.embedded import Embedded

__all__ = ["do", "kubeconfig", "offline", "web"]


@pytest.fixture(autouse=True)
def only_the_kubeconfig(monkeypatch: pytest.MonkeyPatch) -> None:
    """The offline cluster plays a real one; the tutor's own is not seen."""
    monkeypatch.setattr("tutor.cli.clusters.running", lambda _: "")


def manifest() -> str:
    """A manifest in the folder one works in."""
    Path("web.yaml").write_text(BOTH, "utf-8")
    return "web.yaml"


Lead = Callable[..., None]


@pytest.fixture
def lead(offline: Embedded, kubeconfig: Path) -> Lead:
    """Let the kubeconfig lead to the offline cluster, as one of another name."""

    def write(name: str, **in_cluster: object) -> None:
        kubeconfig.write_text(shared.kubeconfig(offline, name, **in_cluster), "utf-8")

    return write


@pytest.mark.parametrize(
    ("lang", "told"),
    [("en", "Taken for local: its cluster and user"), ("ja", "ローカルと判断した理由")],
)
def test_the_plan_says_why_it_is_thought_local(
    do: Do, web: str, lead: Lead, lang: str, told: str
) -> None:
    lead("kind-lab")
    said = do("apply", web, "--plan", lang=lang)
    assert (said.code, told in said.out) == (0, True)
    found = json.loads(do("apply", web, "--plan", "--output", "json").out)
    assert found["local"] == "names"


@pytest.mark.parametrize("name", ["kind-prod", "kind-本番", "shop", "kind-lab-ｌｉｖｅ"])
def test_what_does_not_look_local_is_typed(
    do: Do, web: str, offline: Embedded, lead: Lead, name: str
) -> None:
    lead(name)
    for words in ((), ("--context", name)):
        for command in (("apply", web), ("clean",)):
            said = do(*command, "--yes", *words)
            assert (said.code, said.out) == (5, "")
            reason = "may be a tunnel" if name == "shop" else f"the name “{name}” in it says"
            assert words or reason in said.error
    assert not exists(offline, "namespaces", NAMESPACE)
    wrong = do("apply", web, "--yes", "--context", name, answers="kind-lab\n")
    assert wrong.code == 5
    assert not exists(offline, "namespaces", NAMESPACE)
    right = do("apply", web, "--yes", "--context", name, answers=f"{name}\n")
    assert (right.code, name in right.out) == (0, True), right.error
    assert exists(offline, "statefulsets.apps", f"{NAMESPACE}/web")


def test_a_certificate_that_nobody_checks_is_typed(
    do: Do, web: str, offline: Embedded, lead: Lead
) -> None:
    insecure = {"insecure-skip-tls-verify": True, "certificate-authority-data": None}
    lead("kind-lab", **insecure)
    assert do("apply", web, "--yes").code == 5
    said = do("apply", web, "--yes", "--context", "kind-lab", answers="kind-lab\n")
    assert (said.code, "certificate is not checked" in said.out) == (0, True), said.error


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_nodes_of_a_cloud_are_asked_about(
    do: Do, web: str, offline: Embedded, lead: Lead, lang: str
) -> None:
    shared.set_provider(offline, "aws:///eu-west-1a/i-0")
    lead("kind-lab")
    said = do("apply", web, "--yes", lang=lang)
    assert (said.code, "aws" in said.error) == (5, True)
    assert not exists(offline, "namespaces", NAMESPACE)
    words = ("apply", web, "--yes", "--context", "kind-lab")
    assert do(*words, answers="no\n", lang=lang).code == 5
    assert do(*words, answers="kind-lab\n", lang=lang).code == 0


@pytest.mark.parametrize(
    ("lang", "told"),
    [("en", "This is left alone"), ("ja", "このインストールが作ったとは確認できない")],
)
def test_clean_says_what_it_leaves_and_how_to_remove_it(
    do: Do, offline: Embedded, lead: Lead, lang: str, told: str
) -> None:
    lead("kind-lab")
    web = manifest()
    forged = "sts-tutor-forged"
    marks = {"app.kubernetes.io/managed-by": "sts-tutor", "sts-tutor.dev/namespace": forged}
    shared.namespace(offline, forged, labels=marks)
    assert do("apply", web, "--yes").code == 0
    said = do("clean", "--yes", lang=lang)
    assert said.code == 0
    assert f"Namespace {NAMESPACE}" in said.out
    assert told in said.out
    assert f"kubectl delete namespace {forged} --context kind-lab" in said.out
    assert exists(offline, "namespaces", forged)
    assert not exists(offline, "namespaces", NAMESPACE)
    found = json.loads(do("clean", "--yes", "--output", "json").out)
    assert [one["name"] for one in found["foreign"]] == [forged]
    assert found["namespaces"] == []


def test_what_was_made_before_the_key_was_lost_stays(
    do: Do, web: str, offline: Embedded, lead: Lead, tmp_path: Path
) -> None:
    lead("kind-lab")
    assert do("apply", web, "--yes").code == 0
    key = tmp_path / "home" / "installation.key"
    assert key.stat().st_mode & 0o777 == 0o600
    key.unlink()
    said = do("clean", "--yes")
    assert (said.code, f"kubectl delete namespace {NAMESPACE}" in said.out) == (0, True)
    assert exists(offline, "namespaces", NAMESPACE)
    again = do("apply", web, "--yes")
    assert (again.code, "cannot prove it" in again.error) == (5, True)


@pytest.mark.parametrize("content", ["", "zz", "00", "\x00" * 64])
def test_a_damaged_key_is_told(do: Do, web: str, lead: Lead, tmp_path: Path, content: str) -> None:
    lead("kind-lab")
    (tmp_path / "home" / "installation.key").write_text(content)
    said = do("apply", web, "--yes")
    assert (said.code, "installation.key" in said.error) == (3, True)
