"""How a context signs in."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from tests.cluster.support import NAMESPACE, judged, target
from tutor.cluster.guard import Target
from tutor.cluster.handing import kubeconfig
from tutor.cluster.signing import sign
from tutor.cluster.transport import Wire
from tutor.model.errors import TutorError

HERE = "https://127.0.0.1:6443"
PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"


def data(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def signed(folder: Path, user: dict[str, Any], **cluster: Any) -> Any:
    context = judged("kind-kind", HERE, user=user, cluster=cluster, file=str(folder / "config"))
    return sign(target(context))


def test_tokens(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("from-a-file\n")
    assert signed(tmp_path, {"token": "t"}).headers == {"Authorization": "Bearer t"}
    assert signed(tmp_path, {"tokenFile": "token"}).headers == {
        "Authorization": "Bearer from-a-file"
    }
    both = signed(tmp_path, {"tokenFile": "token", "token": "t"})
    assert both.headers == {"Authorization": "Bearer t"}
    assert signed(tmp_path, {}).headers == {}


def test_names_and_passwords(tmp_path: Path) -> None:
    found = signed(tmp_path, {"username": "aiko", "password": "p:w", "as": "other"})
    assert found.headers == {
        "Authorization": f"Basic {data('aiko:p:w')}",
        "Impersonate-User": "other",
    }


def test_certificates_in_the_file_and_beside_it(tmp_path: Path) -> None:
    (tmp_path / "client.crt").write_text(PEM)
    (tmp_path / "client.key").write_text("key")
    (tmp_path / "ca.crt").write_text("authority")
    beside = signed(
        tmp_path,
        {"client-certificate": "client.crt", "client-key": "client.key"},
        **{"certificate-authority": "ca.crt", "tls-server-name": "localhost"},
    )
    assert (beside.certificate, beside.key, beside.authority) == (PEM, "key", "authority")
    inside = signed(
        tmp_path,
        {"client-certificate-data": data(PEM), "client-key-data": data("key")},
        **{"certificate-authority-data": data("authority")},
    )
    assert (inside.certificate, inside.key, inside.authority) == (PEM, "key", "authority")
    assert "hush" not in repr(signed(tmp_path, {"token": "hush"}))


@pytest.mark.parametrize(
    ("user", "code"),
    [
        ({"client-certificate-data": "§"}, "kubeconfig-field"),
        ({"client-certificate-data": data(PEM)}, "kubeconfig-field"),
        ({"client-certificate": "gone.crt"}, "kubeconfig-file"),
        ({"tokenFile": "gone"}, "kubeconfig-file"),
        ({"token": "two\nlines"}, "kubeconfig-field"),
        ({"token": "tök"}, "kubeconfig-field"),
        ({"token": 7}, "kubeconfig-field"),
        ({"auth-provider": {"name": "oidc"}}, "context-provider"),
    ],
)
def test_what_cannot_be_used(tmp_path: Path, user: dict[str, Any], code: str) -> None:
    with pytest.raises(TutorError) as caught:
        signed(tmp_path, user)
    assert caught.value.code == code


def test_a_program_is_never_run_for_a_context_of_this_machine(tmp_path: Path) -> None:
    """Such a context has to be named; a target without that cannot be made."""
    mark = tmp_path / "ran"
    user = {"exec": {"apiVersion": "v1", "command": "touch", "args": [str(mark)]}}
    context = judged("kind-kind", HERE, user=user)
    with pytest.raises(TutorError):
        sign(Target(context, NAMESPACE))
    assert not mark.exists()


def test_kubectl_gets_this_context_and_nothing_else(tmp_path: Path) -> None:
    context = judged(
        "kind-kind",
        HERE,
        user={"client-certificate-data": data(PEM), "client-key-data": data("key")},
        cluster={"certificate-authority-data": data("authority")},
    )
    goal = target(context)
    found = json.loads(kubeconfig(goal, sign(goal)))
    (cluster,), (user,), (own,) = found["clusters"], found["users"], found["contexts"]
    assert cluster["cluster"] == {"server": HERE, "certificate-authority-data": data("authority")}
    assert user["user"] == {
        "client-certificate-data": data(PEM),
        "client-key-data": data("key"),
    }
    assert own["context"]["namespace"] == goal.namespace
    assert found["current-context"] == own["name"]


def test_keys_on_the_disk_are_private_and_go(tmp_path: Path) -> None:
    context = judged(
        "kind-kind",
        HERE,
        user={"client-certificate-data": data(PEM), "client-key-data": data("key")},
    )
    wire = Wire(target(context), sign(target(context)))
    certificate, key = wire._files()
    assert certificate is not None
    assert key is not None
    for path in map(Path, (certificate, key)):
        assert path.stat().st_mode & 0o077 == 0
        assert path.parent.stat().st_mode & 0o077 == 0
    assert Path(key).read_text() == "key"
    wire.close()
    assert not Path(key).exists()
