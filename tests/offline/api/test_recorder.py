"""Warnings are cut as the real server cuts them."""

import http.client
import io

from hypothesis import given
from hypothesis import strategies as st

from tests.offline.api.support import SETS, Client, run, stateful_set
from tutor.offline.api.recorder import EACH, TOTAL, headers

TEXTS = st.lists(
    st.one_of(
        st.text(max_size=20),
        st.builds(lambda size, text: text * size, st.integers(1, 900), st.sampled_from("ab日")),
    ),
    max_size=80,
)


def recorded(texts: list[str]) -> list[str]:
    """The recorder of the API server, call by call."""
    ordered: list[str] = []
    shown: list[str] = []
    written, truncating = 0, False
    for text in texts:
        if not text or text in ordered or (truncating and written >= TOTAL):
            continue
        ordered.append(text)
        told = text[:EACH] if truncating else text
        if any(ord(char) < 32 or 127 <= ord(char) < 160 for char in text):
            continue
        if written + len(told) <= TOTAL or truncating:
            written += len(told)
            shown.append(told)
            continue
        truncating, written, shown = True, 0, []
        for earlier in ordered:
            if not any(ord(char) < 32 or 127 <= ord(char) < 160 for char in earlier):
                shown.append(earlier[:EACH])
                written += len(shown[-1])
    return ['299 - "{}"'.format(text.replace("\\", "\\\\").replace('"', '\\"')) for text in shown]


@given(TEXTS)
def test_warnings_are_cut_as_the_recorder_cuts_them(texts: list[str]) -> None:
    assert headers(texts) == recorded(texts)


def test_few_warnings_stay_whole_and_in_order() -> None:
    long = "x" * (EACH + 1)
    assert headers([long, "b", long, ""]) == [f'299 - "{long}"', '299 - "b"']


def test_an_answer_with_hundreds_of_warnings_can_be_read_by_any_client() -> None:
    env = [{"name": f"V{number // 2}", "value": "v"} for number in range(400)]
    body = stateful_set()
    body["spec"]["template"]["spec"]["containers"][0]["env"] = env

    async def asked() -> None:
        reply = await Client().ask("POST", SETS, body, content_type="application/json")
        assert reply.status == 201
        head = "".join(f"{name}: {value}\r\n" for name, value in reply.headers)
        message = http.client.parse_headers(io.BytesIO(f"{head}\r\n".encode()))
        shown = message.get_all("warning")
        assert shown
        assert sum(len(text) - len('299 - ""') for text in shown) < TOTAL + len(shown[-1])

    run(asked())
