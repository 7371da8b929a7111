"""Whatever is written in place of a field, the server takes the object or says why not."""

import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml

from tests.offline.admission.test_validation import Cluster
from tutor.offline.admission.decode import decode
from tutor.offline.errors import ApiError

_EACH = 25
_RICH = yaml.safe_load(Path(__file__).with_name("rich.yaml").read_text("utf-8"))
_VALUES: tuple[Any, ...] = (
    *(None, {}, [], "", 0, -1, 1, 1.5, True, False, 70_000, 2**40, "x", "X_y", "a b", "あ" * 30),
    *("a" * 64, "a" * 254, [None], {"a": None}, [{}], {"a": "b"}, ["x"], [1], "1Gi", "-1", "1.5"),
    *("0", "../x", "/abs", "a/b/c", "None", "Always", "10%", "200%", "<&>"),
)


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    steps = value.items() if isinstance(value, dict) else enumerate(value)
    for step, inner in steps:
        if isinstance(inner, dict | list):
            yield from _places(inner, (*path, step))
        else:
            yield (*path, step)


def mutant(obj: dict[str, Any], chance: Random) -> dict[str, Any]:
    """The object with a field or two taken out, doubled, added or replaced."""
    made = deepcopy(obj)
    for _ in range(chance.choice((1, 1, 2))):
        *path, last = chance.choice(list(_places(made)))
        place: Any = made
        for step in path:
            place = place[step]
        how, value = chance.random(), deepcopy(chance.choice(_VALUES))
        if isinstance(place, list) and how < 0.2:
            place.append(deepcopy(place[last]))
        elif isinstance(place, dict) and how < 0.2:
            del place[last]
        elif isinstance(place, dict) and how < 0.3:
            place["extra"] = value
        else:
            place[last] = value
    return made


@pytest.mark.parametrize("resource", _RICH)
def test_rich_objects_are_taken(resource: str) -> None:
    assert _verdict(resource, _RICH[resource]) is None


def _verdict(resource: str, obj: dict[str, Any]) -> ApiError | None:
    kind, version = _RICH[resource]["kind"], _RICH[resource]["apiVersion"]
    try:
        sent = decode(json.dumps(obj).encode(), "application/json", kind, version)
        Cluster().create(resource, sent.obj)
    except ApiError as refusal:
        return refusal
    return None


@pytest.mark.parametrize("resource", _RICH)
def test_mutants_get_a_verdict(resource: str) -> None:
    chance = Random(f"mutants of {resource}")
    found = [_verdict(resource, mutant(_RICH[resource], chance)) for _ in range(_EACH)]
    refusals = [one for one in found if one is not None]
    assert refusals
    assert {one.code for one in refusals} <= {400, 403, 422}
    for refusal in refusals:
        for cause in refusal.details.get("causes", ()):
            assert f"{cause['field']}: {cause['message']}" in refusal.message
