import json
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.hostile import TEXTS
from tests.work import growth, steps
from tutor.decoder.decode import decode, fold
from tutor.decoder.messages import MESSAGES, Message
from tutor.rules.catalogue import rules

RECORDED = json.loads(Path(__file__).with_name("recorded.json").read_text("utf-8"))


def codes(text: str) -> list[str]:
    return [decoded.message.code for decoded in decode(text)]


def test_at_least_forty_messages_with_codes_of_their_own() -> None:
    assert len({message.code for message in MESSAGES}) == len(MESSAGES) >= 40


@pytest.mark.parametrize("message", MESSAGES, ids=lambda m: m.code)
def test_every_message_is_found_in_its_own_example_and_alone(message: Message) -> None:
    assert codes(message.example) == [message.code]


def test_rules_named_by_messages_exist() -> None:
    known = {rule.code for rule in rules()}
    for message in MESSAGES:
        named = [code for code in message.rules if code.startswith("STS")]
        assert set(named) <= known, message.code


@pytest.mark.parametrize(("text", "code"), RECORDED, ids=lambda value: value[:40])
def test_texts_recorded_from_a_real_control_plane(text: str, code: str) -> None:
    assert code in codes(text)


def test_what_a_message_names_is_kept() -> None:
    (decoded,) = decode("pvc data-web-1 is being deleted")
    assert decoded.params == {"claim": "data-web-1"}
    (decoded,) = decode('no matches for kind "Statefulset" in version "apps/v1"')
    assert (decoded.params["kind"], decoded.params["version"]) == ("Statefulset", "apps/v1")


def test_a_whole_screen_of_describe() -> None:
    screen = """
Events:
  Type     Reason            Age                From               Message
  ----     ------            ----               ----               -------
  Warning  FailedScheduling  14s (x3 over 30s)  default-scheduler  0/3 nodes are available: pod has
                                                                   unbound immediate
                                                                   PersistentVolumeClaims.
  Warning  ProvisioningFailed  2s  persistentvolume-controller
           storageclass.storage.k8s.io "fast" not found
"""
    assert codes(screen) == ["MSG171", "MSG163"]


def test_the_particular_cause_silences_the_general_words_around_it() -> None:
    text = "create Pod web-1 in StatefulSet web failed error: pvc data-web-1 is being deleted"
    assert codes(text) == ["MSG151"]
    assert codes("create Pod web-1 in StatefulSet web failed error: boom") == ["MSG154"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "statefulset.apps/web created",
        "pod/web-0 condition met",
        "こんにちは",
        "web 3/3",
    ],
)
def test_what_is_no_error_is_not_explained(text: str) -> None:
    assert codes(text) == []


PIECES = [message.example for message in MESSAGES] + ["Invalid value: ", '"', "\n\t", "a.b[0]"]


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=40), max_size=6).map("".join))
def test_any_text_is_survived(text: str) -> None:
    folded = fold(text)
    end = 0
    for decoded in decode(text):
        assert decoded.at >= end, "in order, and none inside another"
        end = decoded.at + len(decoded.text)
        assert folded[decoded.at : end] == decoded.text
        assert decoded.params.keys() == decoded.message.names


@pytest.mark.parametrize("name", TEXTS)
def test_a_hostile_text_is_answered_and_costs_as_much_as_it_is_long(name: str) -> None:
    make, most = TEXTS[name]
    assert growth(lambda n: steps(partial(decode, make(n))), min(most // 4, 1_000)) < 1.1
    assert len(decode(make(most))) <= len(MESSAGES)


def test_what_stands_behind_an_object_printed_whole_is_found() -> None:
    assert codes("x" * 900_000 + " OOMKilled") == ["MSG185"]
    assert codes("y " * 900_000 + " OOMKilled") == []
