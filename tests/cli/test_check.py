"""The command as a user runs it: which files are read, what is printed, how it ends."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.bundles import operator_bundle
from tests.cli.conftest import Run
from tutor.cli.app import run

REAL = Path(__file__).parent / "real"
WRONG = """\
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: web}
spec:
  replica: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: "nginx:1.27"}]}
"""
RIGHT = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {LEVEL: info}
"""
Check = Callable[..., tuple[int, str, str]]


@pytest.fixture
def check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Check:
    """Run ``check`` in this process, in an empty folder: exit code, output, complaints."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NO_COLOR", raising=False)

    def call(*arguments: str | Path, lang: str = "en") -> tuple[int, str, str]:
        code = run(["--lang", lang, "check", *map(str, arguments)])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def codes(output: str) -> list[str]:
    found = json.loads(output)
    return [finding["code"] for file in found["files"] for finding in file["findings"]]


def test_a_clean_file_is_quiet(check: Check) -> None:
    Path("a.yaml").write_text(RIGHT)
    assert check("a.yaml") == (0, "No findings in 1 file.\n", "")


def test_a_finding_shows_its_place_its_words_and_its_line(check: Check) -> None:
    Path("web.yaml").write_text(WRONG)
    code, out, err = check("web.yaml", "--select", "SCH")
    assert (code, err) == (1, "")
    assert out == (
        "web.yaml:5:3: error SCH101: Write `replicas` instead of `replica`. There is no "
        "field `replica`, so the API server refuses the object.\n"
        "  StatefulSet web, spec.replica\n"
        "5 |   replica: 3\n"
        "  |   ^^^^^^^\n"
        "\n"
        "1 error.\n"
    )


def test_the_same_in_japanese(check: Check) -> None:
    Path("web.yaml").write_text(WRONG)
    _, out, _ = check("web.yaml", "--select", "SCH", lang="ja")
    assert "`replicas`と書きます。" in out


@pytest.mark.parametrize("name", ["beside.yaml", "dump.yaml", "helm.yaml"])
def test_good_manifests_have_no_findings(check: Check, name: str) -> None:
    assert check(REAL / name) == (0, "No findings in 1 file.\n", "")


def test_an_operators_bundle_is_left_alone(check: Check) -> None:
    Path("bundle.yaml").write_text(operator_bundle())
    assert check("bundle.yaml", "--format", "json") == (
        0,
        '{\n  "version": 1,\n  "files": [\n    {\n      "file": "bundle.yaml",\n'
        '      "findings": []\n    }\n  ]\n}\n',
        "",
    )


def test_an_old_manifest_is_told_what_changed(check: Check) -> None:
    code, out, _ = check(REAL / "old.yaml")
    assert code == 1
    assert "SCH104" in out
    assert "OnDelete" in out
    assert "1 error." in out


@pytest.mark.parametrize(
    "where", ["kustomize", "kustomize/overlay", "kustomize/overlay/patches/set.yaml"]
)
def test_patches_are_not_asked_for_what_they_leave_out(check: Check, where: str) -> None:
    code, out, err = check(REAL / where)
    assert (code, err) == (0, "")
    assert out.startswith("No findings")


def test_a_patch_is_still_checked_for_its_fields(check: Check) -> None:
    Path("kustomization.yaml").write_text("patches: [{path: p.yaml}]\n")
    Path("p.yaml").write_text(WRONG.replace("selector", "selectors"))
    _, out, _ = check("p.yaml", "--format", "json")
    assert codes(out) == ["SCH101", "SCH101"]
    Path("kustomization.yaml").unlink()
    _, out, _ = check("p.yaml", "--format", "json")
    assert "STS202" in codes(out)


def test_what_is_taken_for_a_patch_is_said(check: Check) -> None:
    Path("a.yaml").write_text(
        "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: web}\nspec: {replicas: 3}\n"
    )
    code, out, err = check("a.yaml")
    assert (code, out) == (0, "No findings in 1 file.\n")
    assert "a.yaml:1: StatefulSet web is read as a patch" in err
    assert check("a.yaml", "--format", "json")[2] == ""
    Path("kustomization.yaml").write_text("patches: [{path: a.yaml}]\n")
    assert check("a.yaml")[2] == ""


def test_a_foreign_kind_of_the_same_name_is_no_patch(check: Check) -> None:
    Path("a.yaml").write_text(
        "apiVersion: apps.kruise.io/v1beta1\nkind: StatefulSet\nmetadata: {name: web}\nspec: {}\n"
    )
    assert check("a.yaml") == (0, "No findings in 1 file.\n", "")


@pytest.mark.parametrize("content", ["replicaCount: 3\n", "", "# nothing\n"])
def test_no_object_at_all_is_said(check: Check, content: str) -> None:
    Path("values.yaml").write_text(content)
    code, _, err = check("values.yaml")
    assert code == 0
    assert "no Kubernetes object" in err


def test_chart_templates_are_passed_over_in_folders(check: Check) -> None:
    code, out, err = check(REAL / "chart")
    assert (code, out) == (0, "No findings in 2 files.\n")
    assert "1 Helm template" in err
    assert check(REAL / "chart/templates/set.yaml")[0] == 1


def test_folders_are_walked(check: Check) -> None:
    for name in ("b/two.yml", "a/one.yaml", "a/data.json", ".git/x.yaml", "a/.x.yaml", "n.txt"):
        path = Path("top", name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(RIGHT if name != "a/data.json" else '{"kind": "ConfigMap"}')
    code, out, _ = check("top", "--format", "json")
    assert code == 1
    names = [str(Path("top", n)) for n in ("a/data.json", "a/one.yaml", "b/two.yml")]
    assert [file["file"] for file in json.loads(out)["files"]] == names


def test_a_file_named_twice_is_checked_once(check: Check) -> None:
    Path("web.yaml").write_text(WRONG)
    Path("link.yaml").symlink_to("web.yaml")
    _, out, _ = check("web.yaml", "./web.yaml", ".", "link.yaml", "--format", "json")
    assert [file["file"] for file in json.loads(out)["files"]] == ["web.yaml"]
    assert "STS415" not in codes(out)


def test_files_are_checked_together(check: Check) -> None:
    service = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\n"
    Path("set.yaml").write_text(WRONG.replace("replica: 3", "serviceName: web"))
    Path("svc.yaml").write_text(
        f"{service}spec: {{selector: {{app: web}}, ports: [{{port: 1}}]}}\n"
    )
    assert "STS101" in codes(check("set.yaml", "--format", "json")[1])
    assert "STS102" in codes(check("set.yaml", "svc.yaml", "--format", "json")[1])


def test_a_lost_document_is_not_missed_aloud(check: Check) -> None:
    Path("set.yaml").write_text(WRONG.replace("replica: 3", "serviceName: web"))
    Path("svc.yaml").write_text("a: " + "[" * 500)
    found = codes(check("set.yaml", "svc.yaml", "--format", "json")[1])
    assert not [code for code in found if code.startswith("STS")]
    assert any(code.startswith("YAML") for code in found)


def test_select_and_ignore(check: Check) -> None:
    Path("web.yaml").write_text(WRONG)
    everything = codes(check("web.yaml", "--format", "json")[1])
    assert {"SCH101", "STS108"} <= set(everything)
    some = codes(check("web.yaml", "--format", "json", "--select", "STS1,sch")[1])
    assert set(some) == {code for code in everything if code.startswith(("STS1", "SCH"))}
    rest = codes(check("web.yaml", "--format", "json", "--ignore", "STS", "--ignore", "SCH101")[1])
    assert rest == []
    assert check("web.yaml", "--ignore", "S")[0] == 0


@pytest.mark.parametrize(("threshold", "expected"), [("error", 0), ("warning", 1), ("advice", 1)])
def test_fail_on(check: Check, threshold: str, expected: int) -> None:
    Path("web.yaml").write_text(WRONG.replace("replica: 3", "serviceName: web"))
    code, out, _ = check("web.yaml", "--fail-on", threshold)
    assert code == expected
    assert "warning" in out


def test_the_version_of_the_cluster(check: Check) -> None:
    Path("web.yaml").write_text(WRONG.replace("replica: 3", "ordinals: {start: 1}"))
    assert "SCH101" not in codes(check("web.yaml", "--format", "json")[1])
    old = check("web.yaml", "--format", "json", "--kubernetes", "v1.25.3")[1]
    assert "SCH101" in codes(old)
    code, _, err = check("web.yaml", "--kubernetes", "newest")
    assert code == 2
    assert "'newest' is no Kubernetes version" in err


def test_against_an_older_version(check: Check) -> None:
    Path("old.yaml").write_text(WRONG.replace("replica: 3", "serviceName: one"))
    Path("new.yaml").write_text(WRONG.replace("replica: 3", "serviceName: two"))
    found = codes(check("new.yaml", "--against", "old.yaml", "--format", "json")[1])
    assert "STS401" in found
    assert "STS401" not in codes(check("new.yaml", "--format", "json")[1])
    code, _, err = check("new.yaml", "--against", "gone.yaml")
    assert code == 3
    assert "gone.yaml" in err


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ([], "required"),
        (["a.yaml", "--format", "xml"], "invalid choice"),
        (["a.yaml", "--select", "STX9"], "STX9"),
        (["a.yaml", "--ignore", "QQQQQQQQ"], "QQQQQQQQ"),
        (["a.yaml", "b.yaml", "--lesson", "start/what-is-a-statefulset"], "--lesson"),
        (["a.yaml", "--lesson", "no/such-lesson"], "no/such-lesson"),
    ],
)
def test_wrong_usage(check: Check, arguments: list[str], complaint: str) -> None:
    Path("a.yaml").write_text(RIGHT)
    Path("b.yaml").write_text(RIGHT)
    code, out, err = check(*arguments)
    assert (code, out) == (2, "")
    assert complaint in err


def test_what_cannot_be_read_is_said_and_the_rest_is_checked(check: Check) -> None:
    Path("web.yaml").write_text(WRONG)
    Path("image.yaml").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x01\x00" * 9)
    Path("empty").mkdir()
    Path("closed.yaml").mkdir()
    code, out, err = check(
        "gone.yaml", "image.yaml", "empty", "web.yaml", "--format", "json", "--select", "SCH"
    )
    assert code == 3
    assert codes(out) == ["SCH101"]
    for name in ("gone.yaml", "image.yaml", "empty"):
        assert f"{name}: " in err
    assert "Traceback" not in err


def test_nothing_that_can_be_read(check: Check) -> None:
    code, out, err = check("gone.yaml", "--format", "json")
    assert (code, out) == (3, "")
    assert "gone.yaml: there is no such file" in err


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may read anything")
def test_a_file_without_permission(check: Check) -> None:
    Path("web.yaml").write_text(WRONG)
    Path("web.yaml").chmod(0)
    assert check("web.yaml")[0] == 3


def test_a_name_that_no_system_takes(check: Check) -> None:
    code, _, err = check("a\0b")
    assert code == 3
    assert "cannot be read" in err


@pytest.mark.parametrize(
    "data",
    [
        b"kind: Pod\0\n",
        WRONG.encode("utf-16"),
        "# 日本語\nkind: Pod\n".encode("shift_jis"),
        b"",
        b"\n\n# nothing\n",
    ],
)
def test_text_in_any_encoding_is_no_trouble(check: Check, data: bytes) -> None:
    Path("a.yaml").write_bytes(data)
    code, _, err = check("a.yaml")
    assert code in (0, 1)
    assert err in ("", "sts-tutor: There is no Kubernetes object here.\n")


def test_standard_input(tutor: Run) -> None:
    done = tutor("check", "-", "--select", "SCH", stdin=WRONG)
    assert done.returncode == 1
    assert done.stdout.startswith("<stdin>:5:3: error SCH101: ")
    found = json.loads(tutor("check", "-", "--format", "json", stdin=WRONG).stdout)
    assert found["files"][0]["file"] == "-"


def test_json_survives_a_terminal_without_unicode(tutor: Run, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(WRONG.replace("replica", "レプリカ🙂"), encoding="utf-8")
    done = tutor("check", "a.yaml", "--format", "json", lang="ja", PYTHONIOENCODING="ascii")
    found = json.loads(done.stdout)
    assert "レプリカ🙂" in found["files"][0]["findings"][0]["message"]


def test_a_reader_that_goes_away(tmp_path: Path) -> None:
    documents = [WRONG.replace("name: web}", f"name: web{i}}}") for i in range(400)]
    (tmp_path / "big.yaml").write_text("---\n".join(documents))
    writer = subprocess.Popen(
        [sys.executable, "-m", "tutor", "check", "big.yaml"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
        env={**os.environ, "STS_TUTOR_LANG": "en"},
    )
    assert writer.stdout is not None
    assert writer.stderr is not None
    writer.stdout.readline()
    writer.stdout.close()
    assert writer.stderr.read() == b""
    writer.stderr.close()
    assert writer.wait(timeout=60) in (0, 1)


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_a_lesson(check: Check, lang: str) -> None:
    folder = Path(__file__).parents[2] / "fixtures/start/what-is-a-statefulset"
    code, out, _ = check(folder / "starter.yaml", "--lesson", "what-is-a-statefulset", lang=lang)
    assert code == 1
    assert "LSN" in out or "STS" in out
    solution = next((folder / "solutions").glob("*.yaml"))
    code, _, _ = check(solution, "--lesson", "start/what-is-a-statefulset", lang=lang)
    assert code == 0


def test_a_lesson_says_why_each_check_is_needed(check: Check) -> None:
    folder = Path(__file__).parents[2] / "fixtures/start/what-is-a-statefulset"
    Path("a.yaml").write_text(RIGHT)
    code, out, _ = check("a.yaml", "--lesson", "start/what-is-a-statefulset", "--format", "json")
    assert code == 1
    found: list[dict[str, Any]] = json.loads(out)["files"][0]["findings"]
    assert found
    assert all(finding["message"] for finding in found)
    assert folder.is_dir()


def test_many_findings_end_with_where_to_begin(check: Check) -> None:
    for name in "abcdef":
        Path(f"{name}.yaml").write_text(WRONG.replace("name: web}", f"name: {name}}}"))
    _, out, _ = check(".")
    *_, counted, begin = out.strip().splitlines()
    assert counted.startswith("6 errors and ")
    assert "in 6 of 6 files." in counted
    assert begin == "Begin with SCH101 (a.yaml:5), SCH101 (b.yaml:5) and SCH101 (c.yaml:5)."
