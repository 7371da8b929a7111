import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.model.errors import TutorError
from tutor.model.progress import Did, Event, replay
from tutor.store.database import open_memory
from tutor.store.exchange import (
    LATEST,
    MAX_BYTES,
    MAX_CODES,
    MAX_ID,
    MAX_TEXT,
    Export,
    decode,
    encode,
)

WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
EVENTS = st.builds(
    Event,
    at=st.floats(min_value=0, max_value=LATEST),
    did=st.sampled_from(Did),
    lesson=WORDS.filter(bool),
    task=WORDS,
    codes=st.lists(WORDS, max_size=3).map(tuple),
    right=st.booleans(),
    text=WORDS,
)


def _once(event: Event) -> object:
    return event.at, event.did, event.lesson, event.task, event.codes


LOGS = st.lists(EVENTS, unique_by=_once).map(
    lambda events: tuple(sorted(events, key=lambda event: event.at))
)


@given(st.builds(Export, name=WORDS, at=st.floats(0, LATEST), events=LOGS))
def test_what_is_written_is_read_again(export: Export) -> None:
    assert decode(encode(export).encode(), "x.json") == export


@given(st.binary(max_size=200))
def test_any_other_bytes_are_refused_in_words(content: bytes) -> None:
    with pytest.raises(TutorError) as caught:
        decode(content, "x.json")
    assert caught.value.params["file"] == "x.json"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"format": "other"}, "export-not-ours"),
        ({"version": 3}, "export-newer"),
        ({"version": "1"}, "export-damaged"),
        ({"name": ["x"]}, "export-damaged"),
        ({"name": "x" * 81}, "export-damaged"),
        ({"at": True}, "export-damaged"),
        ({"events": {}}, "export-damaged"),
        ({"events": [{"at": 1, "did": "exploded", "lesson": "x"}]}, "export-damaged"),
        ({"events": [{"at": 1, "did": "opened", "lesson": "x", "codes": "ab"}]}, "export-damaged"),
        ({"events": [{"at": "1", "did": "opened", "lesson": "x"}]}, "export-damaged"),
        ({"events": [{"did": "opened", "lesson": "x"}]}, "export-damaged"),
    ],
)
def test_damage_is_named(change: dict[str, object], code: str) -> None:
    document = json.loads(encode(Export("n", 1.0, ())))
    with pytest.raises(TutorError) as caught:
        decode(json.dumps({**document, **change}).encode(), "x.json")
    assert caught.value.code == code


@pytest.mark.parametrize(("did", "version"), [(Did.SOLVED, 1), (Did.APPLIED, 2), (Did.OBSERVED, 2)])
def test_a_file_says_that_it_is_of_a_later_version_only_where_it_is(did: Did, version: int) -> None:
    export = Export("n", 1.0, (Event(1.0, did, "a/b", "c", ("expect:x",)),))
    text = encode(export)
    assert json.loads(text)["version"] == version
    assert decode(text.encode(), "x.json") == export


def test_deep_nesting_and_size_end_in_words() -> None:
    with pytest.raises(TutorError) as caught:
        decode(b"[" * 100_000, "x.json")
    assert caught.value.code == "export-not-ours"
    with pytest.raises(TutorError) as caught:
        decode(b" " * (MAX_BYTES + 1), "x.json")
    assert caught.value.code == "export-too-large"


ROW: dict[str, object] = {"at": 1.0, "did": "opened", "lesson": "a/b"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("at", 10**400),
        ("at", -1),
        ("at", -math.inf),
        ("at", math.inf),
        ("at", math.nan),
        ("at", LATEST * 2),
        ("at", True),
        ("at", None),
        ("at", "1"),
        ("at", []),
        ("did", []),
        ("did", {}),
        ("did", None),
        ("did", True),
        ("did", "opened "),
        ("lesson", ""),
        ("lesson", None),
        ("lesson", "\ud800"),
        ("lesson", "a\0b"),
        ("lesson", "x" * (MAX_ID + 1)),
        ("task", "\udfff"),
        ("task", "x" * (MAX_ID + 1)),
        ("task", 1),
        ("codes", "STS101"),
        ("codes", {"a": 1}),
        ("codes", [["a"]]),
        ("codes", ["\ud800"]),
        ("codes", ["x" * (MAX_ID + 1)]),
        ("codes", ["x"] * (MAX_CODES + 1)),
        ("right", 1),
        ("right", None),
        ("text", ["a"]),
        ("text", "\ud83d"),
        ("text", "x" * (MAX_TEXT + 1)),
    ],
)
def test_every_field_of_an_event_is_checked_and_named(field: str, value: object) -> None:
    rows = [ROW, {**ROW, field: value}]
    document = {"format": "statefulset-tutor/progress", "version": 2, "events": rows}
    with pytest.raises(TutorError) as caught:
        decode(json.dumps(document).encode(), "x.json")
    assert caught.value.code == "export-damaged"
    assert caught.value.params["where"] == f"events[1].{field}"


@pytest.mark.parametrize(
    ("text", "where"),
    [
        (
            '{"format": "statefulset-tutor/progress", "version": %s, "events": []}' % ("9" * 50),
            None,
        ),
        ('{"format": "statefulset-tutor/progress", "version": 2, "events": [], "at": 1e999}', "at"),
        (
            '{"format": "statefulset-tutor/progress", "version": 2, "version": 1, "events": []}',
            None,
        ),
        ('{"format": "statefulset-tutor/progress", "version": true, "events": []}', "version"),
        ('{"format": "statefulset-tutor/progress", "version": 2, "events": [1]}', "events[0]"),
        ('{"format": "statefulset-tutor/progress", "version": 2, "events": [], "at": -1}', "at"),
    ],
)
def test_damage_above_the_events_is_named(text: str, where: str | None) -> None:
    with pytest.raises(TutorError) as caught:
        decode(text.encode(), "x.json")
    assert caught.value.code == "export-damaged"
    assert caught.value.params["where"] == (where or "version")


def test_the_order_of_a_file_and_what_it_says_twice_do_not_count() -> None:
    first = Event(1.0, Did.OPENED, "a/b")
    second = Event(2.0, Did.CHECKED, "a/b", "t", ("STS101",))
    mixed = Export("n", 1.0, (second, first, second))
    assert decode(encode(mixed).encode(), "x.json").events == (first, second)


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**60), 10**60)
    | st.floats()
    | st.text(max_size=12)
    | st.text(st.characters(categories=["Cs"]), min_size=1, max_size=3)
    | st.sampled_from([*Did, "a/b", "start/what-is-a-statefulset"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
ROWS = st.fixed_dictionaries(
    {},
    optional={
        name: ANYTHING | st.just(good)
        for name, good in (
            ("at", 1.0),
            ("did", "opened"),
            ("lesson", "a/b"),
            ("task", "t"),
            ("codes", ["STS101"]),
            ("right", True),
            ("text", "a: b"),
        )
    },
)


@given(
    version=st.sampled_from([1, 2]) | ANYTHING,
    name=st.text(max_size=8) | ANYTHING,
    at=st.floats(0, LATEST) | ANYTHING,
    events=st.lists(ROWS, max_size=4) | ANYTHING,
)
def test_whatever_a_file_says_is_kept_and_folded_or_refused_in_words(
    version: object, name: object, at: object, events: object
) -> None:
    document = {
        "format": "statefulset-tutor/progress",
        "version": version,
        "name": name,
        "at": at,
        "events": events,
    }
    try:
        export = decode(json.dumps(document).encode(), "x.json")
    except TutorError as error:
        refused = error.code
    else:
        refused = ""
    assert refused in {"", "export-damaged", "export-newer"}
    if refused:
        return
    store = open_memory()
    assert store.merge(export.events) == len(export.events)
    assert store.load() == replay(export.events)
    assert tuple(store.events()) == export.events
    store.close()
