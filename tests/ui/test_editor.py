"""Writing YAML: typing, Japanese, pasting, marks, undo."""

import pytest

from tests.ui.desk import STARTER, Desk, Scene, in_lesson
from tutor.model.findings import Severity
from tutor.ui.widgets.editor import clean


async def empty(desk: Desk) -> None:
    desk.editor.focus()
    desk.editor.put("")
    await desk.pilot.pause()


def writing(play: Scene) -> None:
    async def scene(desk: Desk) -> None:
        await empty(desk)
        await play(desk)

    in_lesson(scene, "fix")


def test_it_opens_with_the_starter() -> None:
    async def scene(desk: Desk) -> None:
        assert desk.editor.text == STARTER
        assert "serviceName" in desk.frame

    in_lesson(scene, "fix")


@pytest.mark.parametrize("text", ["名前: ポッド", "a: [b]", "a: [/b]", "a: '[bold]x'", "k: 🙂"])
def test_what_is_typed_is_what_is_there(text: str) -> None:
    async def scene(desk: Desk) -> None:
        await desk.type(text)
        assert desk.editor.text == text
        assert text in desk.frame

    writing(scene)


def test_spaces_of_a_japanese_input_method_are_typed_and_found() -> None:
    async def scene(desk: Desk) -> None:
        await desk.type("kind:\u3000Pod")
        assert desk.editor.text == "kind:\u3000Pod"
        await desk.judged()
        found = [told.finding for told in desk.lesson.bench.told]
        assert any(finding.code.startswith("YAML") for finding in found)
        assert desk.editor.severity_at(1) is Severity.ERROR

    writing(scene)


def test_columns_stay_aligned_after_wide_characters() -> None:
    async def scene(desk: Desk) -> None:
        await desk.type("漢字: x")
        assert desk.editor.cursor_location == (0, 5)
        line = next(line for line in desk.frame.splitlines() if "漢字" in line)
        cells = desk.editor.cursor_screen_offset.x
        assert line.index("x") + 2 + 1 == cells  # two characters take one cell more each

    writing(scene)


def test_pasted_text_comes_in_clean() -> None:
    async def scene(desk: Desk) -> None:
        await desk.paste("a: 1\r\nb: 日本\x07\u202e\r\n")
        assert desk.editor.text == "a: 1\nb: 日本\n"

    writing(scene)


def test_a_paste_while_the_text_is_read_goes_into_the_editor() -> None:
    async def scene(desk: Desk) -> None:
        await desk.pilot.press("shift+f6")
        await desk.pilot.pause()
        before = desk.editor.has_focus
        await desk.paste("a: 日本\n")
        await desk.pilot.pause()
        assert (before, desk.editor.has_focus) == (False, True)
        assert desk.editor.text == "a: 日本\n"

    writing(scene)


def test_cleaning_takes_out_what_a_terminal_would_act_upon() -> None:
    assert clean("a\x1b[31m\x9b0m\x00b\u2066c\x85d\re") == "a[31m0mbc\nd\ne"


def test_cleaning_keeps_what_people_write() -> None:
    text = "a:\t「x」 \u3000\xa0é\n"
    assert clean(text) == text


def test_a_paste_is_not_indented_again() -> None:
    async def scene(desk: Desk) -> None:
        await desk.paste("a:\n  b:\n    c: 1\n")
        assert desk.editor.text == "a:\n  b:\n    c: 1\n"

    writing(scene)


def test_enter_keeps_the_indentation_and_goes_deeper_after_a_key() -> None:
    async def scene(desk: Desk) -> None:
        await desk.type("spec:\nreplicas: 3\nports:\n- name: x\ny: 1\n")
        assert desk.editor.text == (
            "spec:\n  replicas: 3\n  ports:\n    - name: x\n      y: 1\n      "
        )

    writing(scene)


def test_backspace_goes_back_one_stop_in_the_indentation() -> None:
    async def scene(desk: Desk) -> None:
        await desk.type("    ")
        await desk.press("backspace")
        assert desk.editor.text == "  "
        await desk.type("ab")
        await desk.press("backspace")
        assert desk.editor.text == "  a"

    writing(scene)


def test_tab_indents_and_shift_tab_takes_it_back() -> None:
    async def scene(desk: Desk) -> None:
        await desk.type("a: 1")
        await desk.press("home", "tab")
        assert desk.editor.text == "  a: 1"
        await desk.press("shift+tab")
        assert desk.editor.text == "a: 1"
        assert desk.editor.has_focus
        desk.editor.put("a: 1\nb: 2\nc: 3")
        desk.editor.move_cursor((0, 0))
        desk.editor.move_cursor((1, 2), select=True)
        await desk.press("tab")
        assert desk.editor.text == "  a: 1\n  b: 2\nc: 3"

    writing(scene)


def test_findings_are_underlined_and_marked_beside_the_number() -> None:
    async def scene(desk: Desk) -> None:
        await desk.show("apiVersion: apps/v1\nkind: StatefulSett\n")
        assert desk.editor.severity_at(2) is Severity.ERROR
        line = desk.editor.get_line(1)
        marked = [line.plain[s.start : s.end] for s in line.spans if s.style]
        assert "StatefulSett" in marked
        assert any("2✗" in row for row in desk.frame.splitlines())
        await desk.show("")
        assert desk.editor.severity_at(2) is None

    writing(scene)


def test_marks_beyond_the_text_draw_nothing_wrong() -> None:
    async def scene(desk: Desk) -> None:
        for text in ("a:", "a: [", "- \n-", "\t", "'", "a: |", "---\n---\n", "a: &x *x"):
            await desk.show(text)

    writing(scene)


def test_undo_takes_back_a_replaced_text() -> None:
    async def scene(desk: Desk) -> None:
        await desk.type("mine: 1")
        desk.editor.put("theirs: 2\n")
        await desk.press("ctrl+z")
        assert desk.editor.text == "mine: 1"
        await desk.press("ctrl+y")
        assert desk.editor.text == "theirs: 2\n"

    writing(scene)


def test_copy_cut_and_paste() -> None:
    async def scene(desk: Desk) -> None:
        await desk.type("名前: 1")
        await desk.press("shift+home", "ctrl+x")
        assert desk.editor.text == ""
        await desk.press("ctrl+v", "ctrl+v")
        assert desk.editor.text == "名前: 1名前: 1"

    writing(scene)


def test_everything_can_be_selected_from_either_end() -> None:
    async def scene(desk: Desk) -> None:
        await desk.type("a: 1\n")
        await desk.type("名前: 2")
        await desk.press("ctrl+home", "ctrl+shift+end", "x")
        assert desk.editor.text == "x"
        await desk.press("ctrl+z", "ctrl+end", "ctrl+shift+home", "delete")
        assert desk.editor.text == ""

    writing(scene)
