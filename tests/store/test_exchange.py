import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.model.errors import TutorError
from tutor.model.progress import Did, Event
from tutor.store.exchange import MAX_BYTES, Export, decode, encode

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
EVENTS = st.builds(
    Event,
    at=st.floats(min_value=0, max_value=1e11),
    did=st.sampled_from(Did),
    lesson=WORDS,
    task=WORDS,
    codes=st.lists(WORDS, max_size=3).map(tuple),
    right=st.booleans(),
    text=WORDS,
)


@given(st.builds(Export, name=WORDS, at=st.floats(0, 1e11), events=st.lists(EVENTS).map(tuple)))
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
