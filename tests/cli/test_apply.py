"""``sts-tutor apply`` and ``clean``, against an offline cluster in this process."""

import argparse
import io
import json
import math
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli.clusters import Clusters
from tests.cli.conftest import Run
from tests.cluster.odd import Odd
from tests.cluster.support import BOTH, SERVICE, SET, config
from tests.waiting import HANG, at_rest, until
from tutor.cli import apply, clean
from tutor.cli.app import guarded
from tutor.cli.context import Context
from tutor.i18n.translator import translator
from tutor.model.errors import ExitCode
from tutor.offline.api.embedded import Embedded
from tutor.offline.api.folder import Folder
from tutor.offline.api.house import Settings

NAMESPACE = "sts-tutor-course"


class Terminal(io.StringIO):
    """Somebody who answers."""

    def isatty(self) -> bool:
        return True

    def fileno(self) -> int:
        raise OSError


@dataclass
class Said:
    code: int
    out: str
    error: str


Do = Callable[..., Said]


@pytest.fixture
def offline(tmp_path: Path) -> Iterator[Embedded]:
    """One that looks as if ``cluster up`` had started it."""
    folder = tmp_path / "home" / "cluster"
    lock = Folder(folder).hold()
    try:
        with Embedded(folder, Settings(math.inf, seed=1)) as made:
            yield made
    finally:
        lock.release()


@pytest.fixture
def kubeconfig(tmp_path: Path) -> Path:
    return tmp_path / "kubeconfig"


@pytest.fixture
def do(tmp_path: Path, kubeconfig: Path, monkeypatch: pytest.MonkeyPatch) -> Do:
    """Run a command of this process, with answers typed in a terminal, or with none."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NO_COLOR", raising=False)

    def run(command: str, *words: str, answers: str | None = None, lang: str = "en") -> Said:
        module = {"apply": apply, "clean": clean}[command]
        parser = argparse.ArgumentParser()
        module.arguments(parser, translator(lang))
        out = io.StringIO() if answers is None else Terminal()
        error = io.StringIO()
        context = Context(
            lang,
            environ={
                "STS_TUTOR_HOME": str(tmp_path / "home"),
                "KUBECONFIG": str(kubeconfig),
                "PATH": os.environ["PATH"],
            },
            stdin=io.StringIO() if answers is None else Terminal(answers),
            stdout=out,
            stderr=error,
        )
        args = parser.parse_args(words)
        code = guarded(lambda: module.run(args, context), context)
        return Said(code, out.getvalue(), error.getvalue())

    return run


@pytest.fixture
def web(tmp_path: Path) -> str:
    (tmp_path / "web.yaml").write_text(BOTH)
    return "web.yaml"


@pytest.fixture
def elsewhere(kubeconfig: Path) -> None:
    kubeconfig.write_bytes(config("prod", "https://203.0.113.7:6443"))


def exists(cluster: Embedded, resource: str, key: str) -> bool:
    return cluster.ask(lambda house: house.runner.store.get(resource, key) is not None)


def test_a_plan_changes_nothing(do: Do, web: str, offline: Embedded) -> None:
    said = do("apply", web, "--plan")
    assert (said.code, said.error) == (0, "")
    assert NAMESPACE in said.out
    assert said.out.index("Service web") < said.out.index("StatefulSet web")
    assert not exists(offline, "statefulsets.apps", f"{NAMESPACE}/web")


@pytest.mark.parametrize(("answer", "applied"), [("y\n", True), ("n\n", False), ("", False)])
def test_it_asks(do: Do, web: str, offline: Embedded, answer: str, applied: bool) -> None:
    said = do("apply", web, answers=answer)
    assert said.code == 0
    assert "[y/N]" in said.out
    assert exists(offline, "statefulsets.apps", f"{NAMESPACE}/web") is applied


@pytest.mark.kubectl
def test_it_says_how_to_look(do: Do, web: str, offline: Embedded) -> None:
    line = do("apply", web, "--yes").out.splitlines()[-1]
    command = line.partition(": ")[2].split()
    assert command[0] == "kubectl"
    program = Path(sys.executable).with_name("kubectl")
    shown = subprocess.run(
        [program, *command[1:]], capture_output=True, text=True, timeout=30, check=False
    )
    assert "statefulset.apps/web" in shown.stdout, shown.stderr


def test_nobody_to_ask(do: Do, web: str, offline: Embedded) -> None:
    version = offline.version
    for words in ((web,), (web, "--watch"), (web, "--output", "json")):
        said = do("apply", *words)
        assert (said.code, "--yes" in said.error) == (ExitCode.USAGE, True)
    assert do("clean").code == ExitCode.USAGE
    assert not exists(offline, "namespaces", NAMESPACE)
    assert offline.version >= version


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_it_watches_until_everything_is_ready(
    do: Do, web: str, offline: Embedded, lang: str
) -> None:
    said = do("apply", web, "--yes", "--watch", lang=lang)
    assert (said.code, said.error) == (0, "")
    lines = said.out.splitlines()
    ready = [line for line in lines if "web-0" in line or "web-1" in line]
    first = next(at for at, line in enumerate(ready) if "web-1" in line and "data" not in line)
    assert any("web-0" in line and "✓" in line for line in ready[:first])
    ended = {"en": "Everything is ready.", "ja": "すべて準備できました。"}
    assert lines[-1] == ended[lang]


def test_it_says_why_it_is_stuck(
    do: Do, tmp_path: Path, offline: Embedded, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tutor.cli import following

    monkeypatch.setattr(following, "STUCK", 1.0)
    (tmp_path / "stuck.yaml").write_text(BOTH.replace("nginx:1.29", "nginx:broken"))
    said = do("apply", "stuck.yaml", "--yes", "--watch", "--timeout", "30")
    assert said.code == ExitCode.UNREADY
    assert "web-1 waits to be created: web-0 does not run yet" in said.out
    assert "ImagePull" in said.out
    assert "explain MSG" in said.out


def test_time_runs_out(do: Do, tmp_path: Path, offline: Embedded) -> None:
    slow = BOTH.replace(
        "metadata: {labels: {app: web}}",
        'metadata: {labels: {app: web}, annotations: {sts-tutor.dev/hold: "true"}}',
    )
    (tmp_path / "slow.yaml").write_text(slow)
    said = do("apply", "slow.yaml", "--yes", "--watch", "--timeout", "1")
    assert said.code == ExitCode.UNREADY
    assert "not Ready" in said.out


def test_an_applied_change_is_waited_for(
    do: Do, web: str, tmp_path: Path, offline: Embedded
) -> None:
    assert do("apply", web, "--yes", "--watch").code == 0
    (tmp_path / "more.yaml").write_text(BOTH.replace("replicas: 2", "replicas: 4"))
    said = do("apply", "more.yaml", "--yes", "--watch")
    assert (said.code, "web-3 is Ready" in said.out) == (0, True)
    again = do("apply", "more.yaml", "--yes", "--watch")
    assert (again.code, "nothing changes" in again.out) == (0, True)


def test_what_changes_nothing_is_not_asked_about(do: Do, web: str, offline: Embedded) -> None:
    assert do("apply", web, "--yes").code == 0
    again = do("apply", web, answers="")
    assert (again.code, "[y/N]" in again.out) == (0, False)
    watched = do("apply", web, "--watch", answers="")
    assert (watched.code, "[y/N]" in watched.out) == (0, False)
    assert watched.out.splitlines()[-1] == "Everything is ready."


def test_json_for_scripts(do: Do, web: str, offline: Embedded) -> None:
    planned = json.loads(do("apply", web, "--plan", "--output", "json").out)
    assert (planned["version"], planned["applied"], planned["namespace"]) == (1, False, NAMESPACE)
    assert [one["fate"] for one in planned["objects"]] == ["create", "create"]
    done = json.loads(do("apply", web, "--yes", "--watch", "--output", "json").out)
    assert (done["applied"], done["ready"], done["waiting"]) == (True, True, [])
    assert {"what": "ready", "kind": "Pod", "name": "web-1"}.items() <= max(
        (one for one in done["happened"] if one["name"] == "web-1"), key=lambda one: one["at"]
    ).items() or any(one["what"] == "ready" for one in done["happened"])
    removed = json.loads(do("clean", "--yes", "--output", "json").out)
    assert removed["namespaces"] == [NAMESPACE]
    assert {"kind": "PersistentVolumeClaim", "name": "data-web-0", "size": "1Gi", "data": True} in (
        removed["removed"]
    )
    assert removed["left"] == []


def test_what_is_refused_stops_everything(do: Do, tmp_path: Path, offline: Embedded) -> None:
    job = "apiVersion: batch/v1\nkind: Job\nmetadata: {name: once}\n"
    (tmp_path / "job.yaml").write_text(f"{SERVICE}---\n{job}")
    said = do("apply", "job.yaml", "--yes")
    assert (said.code, "no Job" in said.out) == (ExitCode.FINDINGS, True)
    assert not exists(offline, "services", f"{NAMESPACE}/web")
    assert not exists(offline, "namespaces", NAMESPACE) or do("clean", "--yes").code == 0


def test_a_conflict_is_explained_and_taken_over(do: Do, web: str, offline: Embedded) -> None:
    assert do("apply", web, "--yes").code == 0

    def scale(house: object) -> None:
        from tutor.offline.requests import Request
        from tutor.offline.resources import named

        request = Request(
            "patch", named("statefulsets.apps"), NAMESPACE, "web", patch_type="merge",
            field_manager="somebody",
        )  # fmt: skip
        house.runner.registry.patch(request, {"spec": {"replicas": 5}})  # type: ignore[attr-defined]

    offline.ask(scale)
    said = do("apply", web, "--yes")
    assert (said.code, "spec.replicas is owned by somebody" in said.out) == (1, True)
    assert do("apply", web, "--yes", "--take-over").code == 0


def test_files_folders_and_what_is_no_yaml(do: Do, tmp_path: Path, offline: Embedded) -> None:
    folder = tmp_path / "k8s"
    folder.mkdir()
    (folder / "a.yaml").write_text(SET)
    (folder / "b.yaml").write_text(SERVICE)
    planned = do("apply", "k8s", "--plan").out
    for line in ("Service web is created (line 1): k8s/b.yaml", "(line 1): k8s/a.yaml"):
        assert line in planned
    found = json.loads(do("apply", "k8s", "--plan", "--output", "json").out)["objects"]
    assert [(one["file"], one["line"]) for one in found] == [("k8s/b.yaml", 1), ("k8s/a.yaml", 1)]
    assert do("apply", "k8s", "--yes").code == 0
    assert do("apply", "none.yaml", "--plan").code == ExitCode.INPUT
    (tmp_path / "bad.yaml").write_text("kind: Pod\n  name: x\n")
    said = do("apply", "bad.yaml", "--plan")
    assert (said.code, "bad.yaml:2" in said.out) == (ExitCode.FINDINGS, True)


# -- which cluster


def test_without_a_cluster_it_says_how_to_get_one(do: Do, web: str) -> None:
    for command, words in (("apply", (web, "--plan")), ("clean", ("--yes",))):
        said = do(command, *words)
        assert (said.code, "sts-tutor cluster up" in said.error) == (ExitCode.CLUSTER, True)
    assert "sts-tutor cluster up" in do("apply", web, "--plan", lang="ja").error


def test_without_a_cluster_one_is_started_if_wanted(
    do: Do, web: str, clusters: Clusters, home: Path
) -> None:
    refused = do("apply", web, answers="n\n")
    assert (refused.code, "sts-tutor cluster up" in refused.error) == (ExitCode.CLUSTER, True)
    assert not (home / "cluster" / "running.json").exists()
    said = do("apply", web, "--plan", answers="y\n")
    assert (said.code, said.error) == (0, "")
    assert "Offline cluster" in said.out
    assert (home / "cluster" / "running.json").exists()


@pytest.mark.parametrize("command", ["apply web.yaml", "clean"])
@pytest.mark.parametrize(
    ("words", "answers", "needed"),
    [
        ("", None, "is not taken for a cluster of this machine"),
        ("--context prod", None, "typed"),
        ("--context prod", "no\n", "typed"),
        ("--context prod", "", "typed"),
        ("--context pord", None, "Did you mean 'prod'?"),
    ],
)
@pytest.mark.usefixtures("elsewhere", "web")
def test_a_cluster_elsewhere_is_named_and_typed(
    do: Do, command: str, words: str, answers: str | None, needed: str
) -> None:
    said = do(*command.split(), "--yes", *words.split(), answers=answers)
    assert (said.code, needed in said.error) == (ExitCode.CLUSTER, True), said.error


def test_the_running_offline_cluster_comes_before_the_current_context(
    do: Do, web: str, kubeconfig: Path, offline: Embedded
) -> None:
    kubeconfig.write_bytes(config("prod", "https://203.0.113.7:6443"))
    assert do("apply", web, "--plan").code == 0
    kubeconfig.write_bytes(b"{")
    assert do("apply", web, "--plan").code == 0
    said = do("apply", web, "--plan", "--context", "prod")
    assert (said.code, "kubeconfig" in said.error) == (ExitCode.CLUSTER, True)


def test_several_local_ones_have_to_be_told_apart(do: Do, web: str, kubeconfig: Path) -> None:
    found = json.loads(config("kind-a", "https://127.0.0.1:1", current=False))
    other = json.loads(config("kind-b", "https://127.0.0.1:2"))
    for key in ("contexts", "clusters", "users"):
        found[key] += other[key]
    kubeconfig.write_text(json.dumps(found))
    said = do("apply", web, "--plan")
    assert (said.code, "kind-a, kind-b" in said.error) == (ExitCode.CLUSTER, True)
    gone = do("apply", web, "--plan", "--context", "kind-b")
    assert (gone.code, "cannot be reached" in gone.error) == (ExitCode.CLUSTER, True)


# -- as a program


def test_the_client_is_loaded_only_when_something_is_sent(tmp_path: Path) -> None:
    (tmp_path / "web.yaml").write_text(BOTH)
    (tmp_path / "config").write_bytes(config("prod", "https://203.0.113.7:6443"))
    program = (
        "import sys\nfrom tutor.cli import main\n"
        "code = main(['apply', 'web.yaml', '--plan', '--context', 'prod'])\n"
        "heavy = {'kubernetes', 'urllib3', 'textual'} & set(sys.modules)\n"
        "assert code == 5, code\nassert not heavy, heavy\n"
    )
    environ = {
        **os.environ,
        "KUBECONFIG": str(tmp_path / "config"),
        "STS_TUTOR_HOME": str(tmp_path / "home"),
    }
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=environ, capture_output=True, text=True,
        stdin=subprocess.DEVNULL, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_from_standard_input(tutor: Run, tmp_path: Path, offline: Embedded) -> None:
    environ = {"KUBECONFIG": str(tmp_path / "none")}
    assert tutor("apply", "-", stdin=SERVICE, **environ).returncode == ExitCode.USAGE
    done = tutor("apply", "-", "--yes", stdin=SERVICE, **environ)
    assert (done.returncode, done.stderr) == (0, "")
    assert exists(offline, "services", f"{NAMESPACE}/web")


def test_seconds(tutor: Run) -> None:
    for word in ("0", "-1", "nan", "inf", "soon"):
        assert tutor("apply", "x.yaml", "--timeout", word).returncode == ExitCode.USAGE


# -- a cluster elsewhere, when it is named and typed


@pytest.fixture
def far(kubeconfig: Path) -> Iterator[Odd]:
    """It has no TLS, so it could be anywhere."""
    odd = Odd()
    kubeconfig.write_bytes(config("odd", odd.address))
    yield odd
    odd.end()


def test_named_and_typed_it_is_used(do: Do, web: str, far: Odd) -> None:
    wrong = do("apply", web, "--context", "odd", answers="even\ny\n")
    assert wrong.code == ExitCode.CLUSTER
    assert far.got == []
    said = do("apply", web, "--context", "odd", answers="odd\nn\n")
    assert (said.code, "Nothing was changed." in said.out) == (0, True)
    assert all(got.query.get("dryRun") == "All" for got in far.asked("/web") if got.method != "GET")
    done = do("apply", web, "--context", "odd", answers="odd\ny\n")
    assert (done.code, "2 created" in done.out) == (0, True)
    assert f"kubectl get all,pvc -n {NAMESPACE} --context odd" in done.out
    assert all(got.headers["authorization"] == "Bearer secret" for got in far.got)


def test_a_program_that_signs_in_is_shown_and_runs_after_the_name_only(
    do: Do, web: str, far: Odd, kubeconfig: Path, tmp_path: Path
) -> None:
    mark = tmp_path / "ran"
    credential = {
        "apiVersion": "client.authentication.k8s.io/v1",
        "kind": "ExecCredential",
        "status": {"token": "from-the-program"},
    }
    program = {
        "apiVersion": "client.authentication.k8s.io/v1",
        "command": "sh",
        "args": ["-c", f"touch {mark}; echo '{json.dumps(credential)}'"],
    }
    kubeconfig.write_bytes(config("odd", far.address, user={"exec": program}))
    for words, answers in (((), None), (("--context", "odd"), "no\n"), (("--context", "odd"), "")):
        assert do("apply", web, "--plan", *words, answers=answers).code == ExitCode.CLUSTER
    assert not mark.exists()
    assert far.got == []
    said = do("apply", web, "--plan", "--context", "odd", answers="odd\n")
    assert (said.code, said.error) == (0, "")
    assert f"sh -c touch {mark}" in said.out
    assert mark.exists()
    assert {got.headers["authorization"] for got in far.got} == {"Bearer from-the-program"}


@pytest.mark.parametrize(
    ("script", "needed"),
    [("exit 3", "3"), ("echo nonsense", "ExecCredential"), ("echo oh no >&2; exit 1", "oh no")],
)
@pytest.mark.usefixtures("web")
def test_a_program_that_fails(do: Do, far: Odd, kubeconfig: Path, script: str, needed: str) -> None:
    program = {"apiVersion": "v1", "command": "sh", "args": ["-c", script]}
    kubeconfig.write_bytes(config("odd", far.address, user={"exec": program}))
    said = do("apply", "web.yaml", "--plan", "--context", "odd", answers="odd\n")
    assert (said.code, needed in said.error) == (ExitCode.CLUSTER, True)
    assert far.got == []


def test_a_cluster_that_vanishes_while_one_watches(
    do: Do, web: str, far: Odd, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tutor.cli import following

    monkeypatch.setattr(following, "GONE", 0.5)

    def vanish() -> None:
        until(lambda: sum(got.method == "PATCH" for got in far.got) == 4)  # planned, and done
        until(lambda: any("watch" in got.query for got in far.got))
        at_rest(lambda: len(far.got))
        far.end()

    threading.Thread(target=vanish).start()
    said = do("apply", web, "--watch", "--context", "odd", answers="odd\ny\n")
    assert (said.code, "cannot be reached" in said.error) == (ExitCode.CLUSTER, True)
    assert "cannot be reached" in said.out


def test_it_says_that_nothing_makes_volumes(do: Do, web: str, far: Odd) -> None:
    said = do("apply", web, "--plan", "--context", "odd", answers="odd\n")
    assert "no default StorageClass" in said.out


def test_interrupted(tutor: Run, tmp_path: Path, offline: Embedded) -> None:
    import signal

    (tmp_path / "slow.yaml").write_text(
        BOTH.replace(
            "metadata: {labels: {app: web}}",
            'metadata: {labels: {app: web}, annotations: {sts-tutor.dev/hold: "true"}}',
        )
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "tutor", "apply", "slow.yaml", "--yes", "--watch"],
        cwd=tmp_path,
        env={**os.environ, "STS_TUTOR_HOME": str(tmp_path / "home"), "STS_TUTOR_LANG": "en"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if "web-0 runs" in line:
            break
    process.send_signal(signal.SIGINT)  # the held Pod would be waited for without end
    _, error = process.communicate(timeout=HANG)
    assert (process.returncode, error.strip()) == (ExitCode.INTERRUPTED, "")
