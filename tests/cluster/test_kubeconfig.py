import os
from pathlib import Path

import pytest

from tests.cluster.support import config
from tutor.cluster.contexts import contexts
from tutor.cluster.kubeconfig import files, load, merge


def codes(*texts: bytes) -> list[str]:
    named = [(f"/k/{at}", text) for at, text in enumerate(texts)]
    return [trouble.code for trouble in merge(named).troubles]


def test_the_first_file_that_has_a_name_has_it() -> None:
    first = config("dev", "https://127.0.0.1:1", current=False)
    second = config("dev", "https://api.example.com", current=True)
    found = merge([("/k/first", first), ("/k/second", second)])
    (only,) = contexts(found)
    assert only.server is not None
    assert (only.server.port, only.file, found.current) == (1, "/k/first", "dev")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (b"{", "kubeconfig-broken"),
        (b"\x00\x01\x02", "kubeconfig-broken"),
        (b"- a\n- b\n", "kubeconfig-broken"),
        (
            b"a: &a [1]\nb: &b [*a, *a]\nc: &c [*b, *b]\n" + b"x: " + b"[" * 50_000,
            "kubeconfig-broken",
        ),
        (b"apiVersion: v1\nkind: Secret\n", "kubeconfig-foreign"),
        (b"contexts: 7\n", "kubeconfig-field"),
        (b"contexts: [7]\n", "kubeconfig-field"),
        (b"contexts: [{name: 7}]\n", "kubeconfig-field"),
        (b"contexts: [{name: a, context: 7}]\n", "kubeconfig-field"),
        (b"current-context: [a]\n", "kubeconfig-field"),
        (b"users: [{name: a}, {name: a}]\n", "kubeconfig-duplicate"),
    ],
    ids=lambda value: value if isinstance(value, str) else value[:12].decode("latin-1"),
)
def test_what_cannot_be_read_is_told_and_hides_no_other_file(text: bytes, code: str) -> None:
    good = config("kind-kind", "https://127.0.0.1:6443")
    found = merge([("/k/bad", text), ("/k/good", good)])
    assert [trouble.code for trouble in found.troubles] == [code]
    assert list(found.contexts) == ["kind-kind"]


def test_an_empty_file_is_fine() -> None:
    assert codes(b"", b"\n", b"apiVersion: v1\nkind: Config\n") == []


def test_which_files(tmp_path: Path) -> None:
    told = os.pathsep.join(["/a", "", "/b", "/a"])
    assert files({"KUBECONFIG": told}) == ("/a", "/b")
    assert files({"HOME": "/home/aiko"}) == (str(Path("/home/aiko/.kube/config")),)
    there = tmp_path / "there"
    there.write_bytes(config("kind-kind", "https://127.0.0.1:6443"))
    folder = tmp_path / "folder"
    folder.mkdir()
    found = load([str(tmp_path / "gone"), str(folder), "/nul\0", str(there)])
    assert list(found.contexts) == ["kind-kind"]
    assert [trouble.code for trouble in found.troubles] == ["kubeconfig-unreadable"] * 2


def test_paths_are_read_from_the_files_own_folder() -> None:
    text = config("kind-kind", "https://127.0.0.1:1", cluster={"certificate-authority": "ca.crt"})
    entry = merge([("/home/aiko/.kube/config", text)]).clusters["kind-kind"]
    assert entry.path("certificate-authority") == str(Path("/home/aiko/.kube/ca.crt"))


@pytest.mark.parametrize("size", [8 * 1024 * 1024 + 1])
def test_a_huge_file_is_refused(tmp_path: Path, size: int) -> None:
    path = tmp_path / "huge"
    path.write_bytes(b"#" * size)
    found = load([str(path)])
    assert [trouble.code for trouble in found.troubles] == ["kubeconfig-broken"]
