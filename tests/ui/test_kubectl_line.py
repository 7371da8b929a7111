"""The kubectl line: never a shell, and what could come next."""

import pytest

from tests.ui.pictures import coming_up
from tutor.ui import kubectl_line as line
from tutor.ui.kubectl_line import Refused, completions, goes_on, words_of


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("get pods", ("get", "pods")),
        ("kubectl get pods", ("get", "pods")),
        ("$ kubectl  get\u3000pods ", ("get", "pods")),
        ("get pods -o jsonpath={.items[*].metadata.name}",
         ("get", "pods", "-o", "jsonpath={.items[*].metadata.name}")),
        ("patch sts web -p '{\"spec\": {\"replicas\": 2}}'",
         ("patch", "sts", "web", "-p", '{"spec": {"replicas": 2}}')),
        ("exec web-0 -- sh -c 'echo $HOSTNAME | rev'",
         ("exec", "web-0", "--", "sh", "-c", "echo $HOSTNAME | rev")),
        ('annotate pod web-0 "a=b;c"', ("annotate", "pod", "web-0", "a=b;c")),
        ("", ()),
        ("   ", ()),
        ("-n other get pods", ("-n", "other", "get", "pods")),
    ],
)  # fmt: skip
def test_a_line_is_split_into_words(typed: str, words: tuple[str, ...]) -> None:
    assert words_of(typed) == words


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("get pods | grep web", "|"),
        ("get pods > file", ">"),
        ("get pods; rm -rf /", ";"),
        ("get pods && true", "&&"),
        ("get pods &", "&"),
        ("get $(whoami)", "$("),
        ("get `whoami`", "`"),
        ("get $HOME", "$H"),
        ('get "$(whoami)"', "$("),
        ('get "`whoami`"', "`w"),
        ("create -f <(x)", "<"),
    ],
)
def test_what_only_a_shell_understands_is_refused(typed: str, found: str) -> None:
    with pytest.raises(Refused) as refused:
        words_of(typed)
    assert refused.value.message == line.NO_SHELL
    assert refused.value.params == {"found": found}


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("get 'pods", line.OPEN_QUOTE),
        ("edit sts web", line.EDITOR),
        ("exec -it web-0 -- sh", line.INTERACTIVE),
        ("exec web-0 -i -t -- sh", line.INTERACTIVE),
        ("run x --image=y --stdin --tty", line.INTERACTIVE),
        ("attach web-0", line.INTERACTIVE),
        ("debug web-0", line.INTERACTIVE),
        ("apply -f -", line.STANDARD_INPUT),
        ("apply --filename=-", line.STANDARD_INPUT),
        ("port-forward web-0 80", line.FOREVER),
        ("/bin/sh -c x", line.NOT_KUBECTL),
        ("./kubectl get pods", line.NOT_KUBECTL),
        ("frobnicate", line.UNKNOWN),
        ("ge pods", line.NEARLY),
    ],
)
def test_what_cannot_run_here_is_refused_in_words(typed: str, message: str) -> None:
    with pytest.raises(Refused) as refused:
        words_of(typed)
    assert refused.value.message == message


def test_a_command_inside_the_container_may_have_any_flags() -> None:
    assert words_of("exec web-0 -- ls -it")[-1] == "-it"


@pytest.mark.parametrize(
    ("words", "so"),
    [
        (("get", "pods", "-w"), True),
        (("logs", "web-0", "-f"), True),
        (("apply", "-f", "x"), False),
        (("get", "pods"), False),
    ],
)
def test_what_goes_on_is_known(words: tuple[str, ...], so: bool) -> None:
    assert goes_on(words) is so


def test_verbs_kinds_names_and_flags_are_completed() -> None:
    picture = coming_up()
    assert "get" in completions("g", picture)
    assert "kubectl get" in completions("kubectl g", picture)
    assert completions("rollout st", picture) == ["rollout status"]
    assert "delete pod/web-1" in completions("delete pod/", picture)
    assert "delete pod web-0" in completions("delete pod ", picture)
    assert completions("describe pvc data-web-0", picture) == []
    assert "get pods -w" in completions("get pods -", picture)
    assert "logs web-0" in completions("logs w", picture)
    assert completions("get web-7", picture) == []


def test_the_lessons_own_commands_come_first() -> None:
    suggested = [("scale", "statefulset/web", "--replicas=5")]
    assert completions("sc", None, suggested)[0] == "scale statefulset/web --replicas=5"
    assert completions("", None, suggested)[0] == "get"
