"""Watches that break off, lag, lie and come back."""

import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.cluster.odd import (
    Fault,
    Got,
    Odd,
    close,
    event,
    hang,
    raw,
    refuse,
    serving,
    stream,
    target,
)
from tests.cluster.support import NAMESPACE
from tests.waiting import HANG, at_rest, never, until
from tutor.cluster.cancelling import Cancel
from tutor.cluster.live import Live
from tutor.model.errors import TutorError
from tutor.model.timeline import Change

pytestmark = pytest.mark.usefixtures("impatient")
PODS = "/pods?watch"


def pod(name: str, version: int, uid: str = "") -> dict[str, Any]:
    about = {
        "name": name,
        "namespace": NAMESPACE,
        "uid": uid or name,
        "resourceVersion": str(version),
        "managedFields": [{"manager": "x"}],
    }
    return {"metadata": about}


@dataclass
class Ear:
    """Hears, and can be waited on."""

    batches: list[Sequence[Change]] = field(default_factory=list)
    troubles: list[TutorError | None] = field(default_factory=list)

    def hear(self, changes: Sequence[Change]) -> None:
        self.batches.append(changes)

    def trouble(self, error: TutorError | None) -> None:
        self.troubles.append(error)

    @property
    def seen(self) -> list[tuple[str, str, int]]:
        """Everything after what was there: name, what, version."""
        return [(one.name, kind(one), one.version) for batch in self.batches[1:] for one in batch]

    def until(self, ask: Callable[[], object]) -> None:
        until(ask, lambda: (self.seen, self.troubles))


def kind(change: Change) -> str:
    return "+" if change.before is None else "-" if change.after is None else "~"


def test_what_is_there_comes_first_and_once() -> None:
    with serving() as (odd, live):
        odd.lists["pods"] = [pod("web-1", 6), pod("web-0", 5)]
        ear = Ear()
        live.open().watch(ear.hear, ear.trouble)
        ear.until(lambda: ear.batches)
        first = ear.batches[0]
        assert [(one.name, kind(one)) for one in first] == [("web-0", "+"), ("web-1", "+")]
        after = first[0].after
        assert after is not None
        assert (after["kind"], after["apiVersion"]) == ("Pod", "v1")
        assert "managedFields" not in after["metadata"]
        asked = odd.asked("/pods")[-1].query
        assert asked["resourceVersion"] == "7"


def test_a_stream_cut_in_a_line_goes_on_where_it_was() -> None:
    line = event("Pod", "web-1", 12)
    with serving(
        Fault(stream(event("Pod", "web-0", 11), line[:30]), PODS, times=1),
        Fault(stream(line, then=hang), PODS, times=1),
    ) as (odd, live):
        odd.lists["pods"] = []
        ear = Ear()
        live.open().watch(ear.hear, ear.trouble)
        ear.until(lambda: len(ear.seen) == 2)
        assert ear.seen == [("web-0", "+", 11), ("web-1", "+", 12)]
        watches = [got for got in odd.asked("/pods") if "watch" in got.query]
        assert [got.query["resourceVersion"] for got in watches[:2]] == ["7", "11"]
        assert ear.troubles == []


def test_after_410_it_looks_again_and_tells_what_changed_meanwhile() -> None:
    gone = {"type": "ERROR", "object": {"kind": "Status", "code": 410, "message": "too old"}}
    with serving(Fault(stream(json.dumps(gone).encode() + b"\n"), PODS, times=1)) as (odd, live):
        odd.lists["pods"] = [pod("a", 1), pod("b", 2), pod("c", 3), pod("d", 4)]
        ear = Ear()
        live.open()
        answers = [
            [pod("a", 1), pod("b", 2), pod("c", 3), pod("d", 4)],
            [pod("a", 1), pod("b", 22), pod("c", 23, uid="other"), pod("e", 24)],
        ]
        odd.faults.append(Fault(listing(answers[0], 7), "/pods", "GET", times=1))
        odd.faults.append(Fault(listing(answers[1], 30), "/pods", "GET", times=1))
        live.watch(ear.hear, ear.trouble)
        ear.until(lambda: len(ear.seen) == 5)
        assert sorted(ear.seen) == [
            ("b", "~", 22), ("c", "+", 23), ("c", "-", 23), ("d", "-", 30), ("e", "+", 24),
        ]  # fmt: skip
        names = [name + what for name, what, _ in ear.seen]
        assert names.index("c-") < names.index("c+")


def listing(items: list[dict[str, Any]], version: int) -> Any:
    from tests.cluster.odd import reply

    def answer(to: Any, got: Any) -> None:
        if "watch" in got.query:
            hang(to, got)
        else:
            body = {"metadata": {"resourceVersion": str(version)}, "items": items}
            reply(200, body)(to, got)

    return answer


def test_bookmarks_move_on_and_are_not_told() -> None:
    mark = event("Pod", "", 50, "BOOKMARK").replace(b'"name": "", ', b"")
    with serving(Fault(stream(mark), PODS, times=1)) as (odd, live):
        ear = Ear()
        live.open().watch(ear.hear)
        ear.until(lambda: len([got for got in odd.asked("/pods") if "watch" in got.query]) > 1)
        assert odd.asked("/pods")[-1].query["resourceVersion"] == "50"
        assert ear.seen == []


def test_the_same_name_anew_is_another_object() -> None:
    lines = (event("Pod", "web-0", 11, uid="one"), event("Pod", "web-0", 15, uid="two"))
    with serving(Fault(stream(*lines, then=hang), PODS, times=1)) as (_, live):
        ear = Ear()
        live.open().watch(ear.hear)
        ear.until(lambda: len(ear.seen) == 3)
        assert [what for _, what, _ in ear.seen] == ["+", "-", "+"]


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (hang, "cluster-no-answer"),
        (refuse(401), "cluster-unauthorized"),
        (refuse(403, "no more"), "cluster-forbidden"),
        (refuse(500, "oops"), "cluster-failed"),
        (raw(b"nonsense"), "cluster-unreachable"),
        (stream(b'{"type": 7}\n'), "cluster-strange"),
        (stream(b"<html>\n"), "cluster-strange"),
        (stream(b'{"type": "ADDED", "object": {}}\n'), "cluster-strange"),
        (stream(b'{"type": "ERROR", "object": {"code": "x"}}\n'), "cluster-said-no"),
        (stream(b"[" * 100_000 + b"\n"), "cluster-strange"),
    ],
)
def test_trouble_is_told_once_and_its_end_too(answer: Any, code: str) -> None:
    with serving() as (odd, live):
        odd.lists["pods"] = []
        ear = Ear()
        live.open()
        odd.faults.append(Fault(answer, PODS))
        live.watch(ear.hear, ear.trouble)
        ear.until(lambda: ear.troubles)
        assert [one and one.code for one in ear.troubles] == [code]
        odd.faults[:] = [Fault(stream(event("Pod", "web-0", 11), then=hang), PODS)]
        ear.until(lambda: ear.seen)
        ear.until(lambda: len(ear.troubles) > 1)
        assert ear.troubles[1] is None
        assert ear.seen[0] == ("web-0", "+", 11)


def test_an_object_that_is_none() -> None:
    about = {"name": "pv", "resourceVersion": "9"}
    line = json.dumps({"type": "ADDED", "object": {"metadata": about, "spec": 7}}).encode() + b"\n"
    with serving(Fault(stream(line), "/persistentvolumes?watch")) as (_, live):
        ear = Ear()
        live.open().watch(ear.hear, ear.trouble)
        ear.until(lambda: ear.troubles)
        assert [one and one.code for one in ear.troubles] == ["cluster-strange"]


def test_a_cluster_that_vanishes_and_comes_back() -> None:
    odd = Odd()
    live = Live(target(odd.port))
    try:
        ear = Ear()
        odd.lists["pods"] = [pod("web-0", 5)]
        live.open().watch(ear.hear, ear.trouble)
        ear.until(lambda: ear.batches)
        odd.end()
        ear.until(lambda: ear.troubles)
        assert ear.troubles[0] is not None
        assert ear.troubles[0].code == "cluster-unreachable"
        again = Odd(port=odd.port)
        try:
            ear.until(lambda: len(ear.troubles) > 1)
            assert ear.troubles[-1] is None
        finally:
            live.close()
            again.end()
    finally:
        live.close()
        odd.end()


def test_kinds_that_may_not_be_seen_are_left_out() -> None:
    with serving(
        Fault(refuse(403), "/api/v1/nodes"),
        Fault(refuse(403), "/api/v1/persistentvolumes"),
        Fault(refuse(404), "/endpointslices"),
    ) as (_, live):
        ear = Ear()
        watch = live.open().watch(ear.hear, ear.trouble)
        ear.until(lambda: ear.batches)
        assert set(watch.blind) == {"Node", "PersistentVolume", "EndpointSlice"}  # type: ignore[attr-defined]
        assert ear.troubles == []


def test_without_pods_there_is_nothing_to_watch() -> None:
    with serving(Fault(refuse(403, "no pods for you"), "/pods")) as (_, live):
        live.open()
        with pytest.raises(TutorError) as caught:
            live.watch(Ear().hear)
        assert caught.value.code == "cluster-forbidden"


def test_nothing_is_heard_after_stopping() -> None:
    lines = [event("Pod", f"web-{n}", 11 + n) for n in range(200)]
    with serving(Fault(stream(*lines, then=hang), PODS, times=1)) as (_, live):
        ear = Ear()
        watch = live.open().watch(ear.hear)
        ear.until(lambda: ear.seen)
        watch.stop()
        watch.stop()
        at_rest(lambda: len(ear.seen), looks=10)  # what was on its way
        heard = len(ear.seen)
        never(lambda: len(ear.seen) != heard)


def test_changes_of_several_kinds_come_in_one_order() -> None:
    sets = [event("StatefulSet", f"s{n}", 10 + 2 * n) for n in range(40)]
    pods = [event("Pod", f"p{n}", 11 + 2 * n) for n in range(40)]
    with serving(
        Fault(stream(*pods, then=hang), PODS, times=1),
        Fault(stream(*sets, then=hang), "/statefulsets?watch", times=1),
    ) as (_, live):
        ear = Ear()
        live.open().watch(ear.hear)
        ear.until(lambda: len(ear.seen) == 80)
        versions = [version for _, _, version in ear.seen]
        assert versions == sorted(versions)


def test_closing_from_the_ear_itself() -> None:
    with serving(Fault(stream(event("Pod", "web-0", 11), then=hang), PODS, times=1)) as (_, live):
        live.open()
        done = threading.Event()

        def hear(changes: Sequence[Change]) -> None:
            if any(one.name == "web-0" for one in changes):
                live.close()
                done.set()

        live.watch(hear)
        assert done.wait(HANG)


def streams(odd: Odd) -> list[Got]:
    """The streams of Pods that were asked for."""
    return [got for got in odd.asked("/pods") if "watch" in got.query]


def test_a_silent_stream_is_asked_anew() -> None:
    with serving(Fault(hang, PODS, times=0)) as (odd, live):
        ear = Ear()
        live.open().watch(ear.hear, ear.trouble)
        ear.until(lambda: len([got for got in odd.asked("/pods") if "watch" in got.query]) > 2)
        assert [one for one in ear.troubles if one is not None] == []


def test_a_server_that_ends_every_stream_is_not_asked_without_a_pause(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pauses: list[float] = []
    wait = Cancel.wait

    def waited(self: Cancel, seconds: float) -> None:
        pauses.append(seconds)
        wait(self, seconds / 20)

    monkeypatch.setattr(Cancel, "wait", waited)
    gone = {"type": "ERROR", "object": {"kind": "Status", "code": 410}}
    for answer in (stream(then=close), stream(json.dumps(gone).encode() + b"\n")):
        pauses.clear()
        with serving(Fault(answer, PODS)) as (odd, live):
            live.open().watch(Ear().hear)
            asked = until(lambda: (n := len(streams(odd))) > 6 and n)
            assert len(pauses) >= asked - 1
            assert min(pauses) > 0.1


def test_a_stream_that_is_closed_at_once_is_no_trouble() -> None:
    with serving(Fault(stream(then=close), PODS, times=3)) as (odd, live):
        ear = Ear()
        live.open().watch(ear.hear, ear.trouble)
        ear.until(lambda: len([got for got in odd.asked("/pods") if "watch" in got.query]) > 3)
        assert ear.troubles == []
