"""A cluster in the line mode: plan and confirm, sentences as they come, a table on request."""

import io
from pathlib import Path
from shutil import copytree

import pytest

from tests.course.played import add_plays
from tests.ui.desk import FIRST, SAMPLE, SOLUTION, Kept, session
from tests.ui.fake import CONFLICT, FAR, KIND, REFUSED, FakeCluster, FakeClusters
from tutor.model.applying import Leftover
from tutor.model.errors import TutorError
from tutor.model.progress import Did, Event, Status
from tutor.session.api import MemoryStore
from tutor.ui import plain
from tutor.ui.outside import Outside, Start


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample course with things to play."""
    root = tmp_path_factory.mktemp("played") / "course"
    copytree(SAMPLE, root)
    add_plays(root)
    return root


class Talked:
    """What was said, what was kept, what was asked of the cluster."""

    def __init__(self, text: str, store: MemoryStore, clusters: FakeClusters) -> None:
        self.text = text
        self.joined = " ".join(text.split())
        self.store = store
        self.clusters = clusters

    def status(self, task: str) -> Status:
        return self.store.progress.lesson(FIRST).task(task).status


def talk(
    root: Path,
    at: str,
    *lines: str,
    clusters: FakeClusters | None = None,
    language: str = "en",
    context: str = "",
) -> Talked:
    ours, store, target = clusters or FakeClusters(), MemoryStore(), io.StringIO()
    store.record(Event(0.0, Did.DRAFTED, FIRST, "fix", text=SOLUTION))
    store.record(Event(0.0, Did.OPENED, FIRST, at))
    outside = Outside(session(store, root), Kept(), language, clusters=ours, context=context)
    source = io.StringIO("".join(f"{line}\n" for line in lines))
    plain.run(outside, Start(lesson=FIRST), source, target, width=80)
    return Talked(target.getvalue(), store, ours)


@pytest.mark.parametrize(
    ("language", "says"), [("en", "web-1 is being deleted"), ("ja", "web-1の削除が始まりました")]
)
def test_a_step_is_done_by_its_suggested_command(played: Path, language: str, says: str) -> None:
    said = talk(played, "kill-one", "open", "run", language=language)
    assert says in said.joined
    assert said.status("kill-one") is Status.SOLVED
    assert said.clusters.cluster.closed.is_set()
    assert "\x1b" not in said.text


def test_a_manifest_is_applied_only_after_yes(played: Path) -> None:
    said = talk(played, "try-it", "open", "run", "no", "lesson")
    assert "2 to create" in said.joined
    assert "Nothing was applied." in said.joined
    assert "apply" not in said.clusters.cluster.did
    said = talk(played, "try-it", "open", "1", "yes")
    assert "web-0 is Ready" in said.joined
    assert said.status("try-it") is Status.SOLVED
    assert "Each Pod waited." in said.joined


def test_a_refused_plan_is_told_and_nothing_is_asked(played: Path) -> None:
    clusters = FakeClusters(FakeCluster(items=REFUSED))
    said = talk(played, "try-it", "open", "run", "lesson", clusters=clusters)
    assert "The server says" in said.joined
    assert "MSG102" in said.joined
    assert "apply" not in clusters.cluster.did
    assert "yes" not in said.joined


def test_fields_of_others_are_taken_over_after_yes(played: Path) -> None:
    clusters = FakeClusters(FakeCluster(items=CONFLICT))
    said = talk(played, "try-it", "open", "run", "yes", "lesson", clusters=clusters)
    assert "take these fields over" in said.joined
    assert "apply force" in clusters.cluster.did


def test_what_is_there_is_a_table_and_a_name_is_explained(played: Path) -> None:
    said = talk(
        played,
        "kill-one",
        "open",
        "picture",
        "expect",
        "meaning web-1",
        "meaning nobody",
        "timeline",
    )
    assert "StatefulSet web: 3 of 3 Ready" in said.joined
    assert "claim data-web-1" in said.joined
    assert "web-1 is back. (not yet)" in said.joined
    assert "readiness probe" in said.joined
    assert "There is nothing of that name here." in said.joined


def test_kubectl_is_run_and_a_shell_refused(played: Path) -> None:
    cluster = FakeCluster(says=("NAME ", "READY\nweb-0\x1b[2J", " 1/1\n"))
    said = talk(
        played,
        "kill-one",
        "open",
        "kubectl get pods",
        "kubectl get pods; ls",
        "kubectl edit sts web",
        "kubectl",
        "lesson",
        clusters=FakeClusters(cluster),
    )
    assert "NAME READY\nweb-0\\x1b[2J 1/1\n" in said.text
    assert "no shell" in said.joined
    assert "opens an editor" in said.joined
    assert [did for did in cluster.did if did.startswith("kubectl")] == ["kubectl get pods"]


def test_a_suggested_command_typed_as_kubectl_counts(played: Path) -> None:
    said = talk(played, "kill-one", "open", "kubectl delete po/web-1")
    assert said.status("kill-one") is Status.SOLVED


def test_a_cluster_elsewhere_needs_its_name_typed(played: Path) -> None:
    clusters = FakeClusters(FakeCluster(FAR))
    said = talk(played, "kill-one", "open", "yes", clusters=clusters, context=FAR.context)
    assert "another name" in said.joined
    assert clusters.opened == []
    said = talk(played, "kill-one", "open", FAR.context, clusters=clusters, context=FAR.context)
    assert clusters.opened == [(FAR.context, FIRST, FAR.context)]


def test_what_only_the_offline_cluster_can_do_is_said_on_a_real_one(
    played: Path, tmp_path: Path
) -> None:
    root = tmp_path / "course"
    copytree(played, root)
    scenario = root / "fixtures/start/first/scenario.yaml"
    text = scenario.read_text("utf-8").replace("kill:\n", "kill:\n  offline-only: true\n")
    scenario.write_text(text, "utf-8")
    clusters = FakeClusters(FakeCluster(KIND))
    said = talk(root, "kill-one", "open", clusters=clusters, context="kind-lab")
    assert "only the offline cluster can do" in said.joined
    assert "reset" not in clusters.cluster.did


def test_what_others_put_into_the_namespace_is_said_once(played: Path) -> None:
    left = (Leftover("ConfigMap", "istio-ca-root-cert"),)
    clusters = FakeClusters(FakeCluster(KIND, comes_back=left))
    said = talk(played, "kill-one", "open", "restart", clusters=clusters, context="kind-lab")
    assert clusters.cluster.did.count("reset") == 2
    assert said.joined.count("ConfigMap istio-ca-root-cert") == 1


@pytest.mark.parametrize("where", ["open", "reset", "plan"])
def test_trouble_is_told_in_words_and_the_lesson_goes_on(played: Path, where: str) -> None:
    trouble = TutorError("cluster-not-running")
    clusters = FakeClusters(FakeCluster(fails={where: trouble}))
    clusters.fails = trouble if where == "open" else None
    said = talk(played, "try-it", "open", "run", "lesson", "steps", clusters=clusters)
    assert "No offline cluster is running" in said.joined
    assert "“steps 2” goes to step 2." in said.joined


def test_a_prediction_is_played_and_compared_line_by_line(played: Path) -> None:
    said = talk(played, "which-first", "1 2", "play")
    assert "web-0 is Ready" in said.joined
    assert ("It went as you predicted" in said.joined) != ("went otherwise" in said.joined)
    assert said.clusters.opened == []


def test_a_text_is_tried_out_line_by_line(played: Path) -> None:
    said = talk(played, "fix", "trial")
    assert "trial" in said.joined
    assert "In the end:" in said.joined
    assert "web-2: Running, Ready" in said.joined


def test_one_may_only_look_at_what_would_happen(played: Path) -> None:
    said = talk(played, "kill-one", "instead")
    assert "web-1 is Ready" in said.joined
    assert said.status("kill-one") is Status.SOLVED_WITH_SOLUTION


def test_starting_over_and_quitting_from_the_cluster(played: Path) -> None:
    said = talk(played, "kill-one", "open", "restart", "help", "nonsense", "lang ja", "quit")
    assert said.clusters.cluster.did.count("reset") == 2
    assert "run the next suggested command" in said.joined
    assert "“nonsense” is not a command here" in said.joined
    assert "すべて保存" in said.joined or "終了" in said.joined
    assert said.clusters.cluster.closed.is_set()
