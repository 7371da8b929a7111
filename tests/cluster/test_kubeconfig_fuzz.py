"""Whatever stands in a kubeconfig: it is judged, or told to be broken; it never gets through."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tutor.cluster.addresses import Place
from tutor.cluster.contexts import Verdict, contexts
from tutor.cluster.kubeconfig import merge
from tutor.i18n.errors import error_text
from tutor.i18n.translator import translator
from tutor.model.applying import ClusterKind

ODD = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=6)
ANY = st.recursive(
    ODD,
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2)
    ),
    max_leaves=4,
)
NAMES = st.sampled_from(["kind-kind", "minikube", "prod", "sts-tutor", "", "日本"]) | ANY
SERVERS = (
    st.sampled_from(
        [
            "https://127.0.0.1:6443",
            "https://192.168.49.2:8443",
            "https://api.example.com",
            "https://127.0.0.1@evil.example",
            "http://localhost",
            "",
        ]
    )
    | st.text(max_size=30)
    | ANY
)


def maybe(fields: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries({}, optional=fields) | ANY


CLUSTERS = maybe(
    {
        "server": SERVERS,
        "proxy-url": ANY,
        "tls-server-name": ANY,
        "insecure-skip-tls-verify": ANY,
        "extensions": st.lists(maybe({"extension": maybe({"provider": ANY})}), max_size=2) | ANY,
    }
)
USERS = maybe(
    {
        "token": ANY,
        "exec": maybe({"command": ANY, "args": st.lists(ANY, max_size=2) | ANY}),
        "auth-provider": ANY,
    }
)
CONTEXTS = maybe({"cluster": NAMES, "user": NAMES, "namespace": ANY})


def rows(name: str, values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(st.fixed_dictionaries({"name": NAMES, name: values}) | ANY, max_size=3) | ANY


CONFIGS = st.fixed_dictionaries(
    {},
    optional={
        "kind": st.just("Config") | ANY,
        "current-context": NAMES,
        "contexts": rows("context", CONTEXTS),
        "clusters": rows("cluster", CLUSTERS),
        "users": rows("user", USERS),
    },
)


@settings(max_examples=400, deadline=None)
@given(CONFIGS)
def test_any_shape_is_judged_or_told(found: Any) -> None:
    merged = merge([("/k/config", json.dumps(found).encode())])
    for trouble in merged.troubles:
        assert error_text(trouble, translator("ja"))
    for one in contexts(merged, "/k/own"):
        assert (one.verdict is Verdict.BROKEN) == (one.trouble is not None)
        assert one.kind is not ClusterKind.OFFLINE
        if one.verdict is Verdict.LOCAL:
            assert one.server is not None
            assert one.server.place is not Place.ELSEWHERE
            assert one.server.scheme == "https"
            assert not one.program


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_told(content: bytes) -> None:
    merged = merge([("/k/config", content)])
    assert len(merged.troubles) <= 1
    contexts(merged)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(["https://", "http://", ""]),
    st.text("127.0:[]@/\\#?%abcloh\t ", max_size=24),
)
def test_an_address_is_rebuilt_from_what_was_read(scheme: str, rest: str) -> None:
    from tutor.cluster.addresses import parse
    from tutor.model.errors import TutorError

    try:
        server = parse(scheme + rest, "x")
    except TutorError:
        return
    assert "@" not in server.url
    assert not set(server.host) & set("/\\#?% @\t")
    again = parse(server.url + server.path, "x")
    assert (again.url, again.place) == (server.url, server.place)
