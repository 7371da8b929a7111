import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tutor.i18n.linebreak import cell_width, divide_line, pad, truncate, wrap

JAPANESE = (
    "StatefulSetは、Podに順番と名前とボリュームを与えるワークロードです。ヘッドレスServiceの名前は"
    "「web」ではなく、nginxです(同じ名前空間にある場合)。persistentVolumeClaimRetentionPolicyで"
    "クレームをいつ削除するかを選べます。"
)
TEXTS = st.text(
    st.sampled_from("aZ09 .-_/()[]「」。、ー々っゃ漢字仮名名前空間はをにPodStatefulSet│●→％？"),
    max_size=80,
)


@pytest.mark.parametrize("width", [24, 30, 40, 57, 76])
def test_no_line_begins_or_ends_with_a_mark_that_may_not(width: int) -> None:
    lines = wrap(JAPANESE, width)
    assert len(lines) > 1
    for line in lines:
        assert line[0] not in "。、」)ー"
        assert line[-1] not in "「("
        assert cell_width(line) <= width


@pytest.mark.parametrize("width", [40, 57, 76])
def test_no_english_word_is_split(width: int) -> None:
    rejoined = "\n".join(wrap(JAPANESE, width))
    for word in ("StatefulSet", "Service", "nginx", "persistentVolumeClaimRetentionPolicy"):
        assert word in rejoined


def test_phrases_stay_whole() -> None:
    assert wrap("Podに順番と名前を与えるワークロードです。", 20) == [
        "Podに順番と名前を",
        "与える",
        "ワークロードです。",
    ]
    assert wrap("これは名前空間の説明です。", 12)[0] == "これは"


def test_english_breaks_at_spaces() -> None:
    assert wrap("the headless Service has no name", 12) == [
        "the headless",
        "Service has",
        "no name",
    ]


def test_empty_text_is_one_empty_line() -> None:
    assert wrap("", 10) == [""]


@given(TEXTS, st.integers(min_value=2, max_value=50))
def test_nothing_is_lost_and_everything_fits(text: str, width: int) -> None:
    cuts = divide_line(text, width)
    assert cuts == sorted(set(cuts))
    assert all(0 < cut < len(text) for cut in cuts)
    for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True):
        assert cell_width(text[start:end].rstrip()) <= width


def test_without_fold_a_long_word_sticks_out() -> None:
    text = "see persistentVolumeClaimRetentionPolicy here"
    assert divide_line(text, 12, fold=False) == [4, 41]
    assert len(divide_line(text, 12)) > 2


ORDINARY = st.one_of(
    st.characters(min_codepoint=0x20, max_codepoint=0x7E),
    st.characters(min_codepoint=0x3041, max_codepoint=0x3096),
    st.characters(min_codepoint=0x30A0, max_codepoint=0x30FF),
    st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF),
    st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3),
    st.characters(min_codepoint=0xFF01, max_codepoint=0xFF60),
)


@given(st.text(ORDINARY))
def test_width_agrees_with_the_toolkit_for_ordinary_text(text: str) -> None:
    assert cell_width(text) == cell_len(text)


def test_width_of_what_the_lessons_draw_with() -> None:
    for character in "─│┌┐└┘├┤┬┴┼→←↑↓●○▶①…":
        assert cell_width(character) == cell_len(character) == 1


def test_pad_and_truncate_count_cells() -> None:
    assert pad("順番", 6) == "順番  "
    assert truncate("順番と名前", 6) == "順番…"
    assert truncate("順番", 4) == "順番"
