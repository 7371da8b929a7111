from hypothesis import given
from hypothesis import strategies as st

from tutor.i18n.linebreak import cell_width
from tutor.ui.drawing import TABLE, ascii_only


def test_every_drawn_character_has_an_ascii_twin() -> None:
    for character in "─│┌┐└┘├┤┬┴┼→←↑↓●○▶✓✗◇…":
        assert ascii_only(character).isascii()


def test_words_stay() -> None:
    assert ascii_only("名前 ──→ Pod「web-0」") == "名前 --> Pod「web-0」"


@given(st.text(st.sampled_from([*map(chr, TABLE), "a", "漢", " "])))
def test_widths_stay(text: str) -> None:
    assert cell_width(ascii_only(text)) == cell_width(text)
