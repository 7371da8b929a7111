"""The two private functions of Textual that are replaced: still asked, still the right ones."""

import asyncio

import textual.content
import textual.document._wrapped_document
from textual.app import App, ComposeResult
from textual.widgets import Static

from tests.ui.desk import Desk, frame, in_lesson
from tutor.ui import wrapping

JAPANESE = (
    "StatefulSetは、Podに順番と名前を与えます。「web-0」の次は「web-1」です(序数は0から)。"
    "ヘッドレスServiceがないと、名前は作られません。"
)


class Wrapped(App[None]):
    def compose(self) -> ComposeResult:
        yield Static(JAPANESE, markup=False)


def lines_of(app: App[None]) -> list[str]:
    return [line.strip() for line in frame(app) if line.strip()]


def test_labels_wrap_as_japanese_does() -> None:
    wrapping.install()

    async def run() -> None:
        for width in range(24, 60, 7):
            app = Wrapped()
            async with app.run_test(size=(width, 20)) as pilot:
                await pilot.pause()
                lines = lines_of(app)
            assert "".join(lines).replace(" ", "") == JAPANESE.replace(" ", "")
            for line in lines:
                assert line[0] not in "。、」)", (width, lines)
                assert line[-1] not in "「(", (width, lines)
            assert any("StatefulSet" in line for line in lines)
            assert any("ヘッドレスService" in line or line.startswith("Service") for line in lines)

    asyncio.run(run())


def test_textual_asks_our_function() -> None:
    wrapping.install()
    wrapping.install()
    assert textual.content.divide_line is wrapping._divide_line  # type: ignore[attr-defined]
    wrapped = textual.document._wrapped_document
    assert wrapped.compute_wrap_offsets is wrapping._wrap_offsets  # type: ignore[attr-defined]


def test_the_editor_wraps_comments_as_japanese_does() -> None:
    async def scene(desk: Desk) -> None:
        await desk.show(f"# {JAPANESE}\n")
        offsets = desk.editor.wrapped_document.get_offsets(0)
        assert offsets
        text = f"# {JAPANESE}"
        for start, end in zip([0, *offsets], [*offsets, len(text)], strict=True):
            assert text[start] not in "。、」)"
            assert text[start:end].rstrip()[-1] not in "「("

    in_lesson(scene, "fix", language="ja")


def test_a_line_with_tabs_still_wraps() -> None:
    async def scene(desk: Desk) -> None:
        await desk.show("a:\t" + "word " * 40)
        assert len(desk.editor.wrapped_document.get_offsets(0)) >= 2

    in_lesson(scene, "fix")
