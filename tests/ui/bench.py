"""One widget alone in an application, for tests that need no lesson."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from textual.app import App, ComposeResult
from textual.containers import VerticalScroll
from textual.message import Message
from textual.pilot import Pilot
from textual.widget import Widget

from tests.ui.desk import frame
from tutor.ui import theme, wrapping

Scene = Callable[["Bench", Pilot[None]], Awaitable[None]]


class Bench(App[None]):
    """Shows a widget in the tutor's colours, and remembers what it says."""

    def __init__(self, widget: Widget, heard: type[Message] | None = None) -> None:
        wrapping.install()
        super().__init__()
        self._widget = widget
        self._heard = heard
        self.said: list[Any] = []
        for one in theme.THEMES:
            self.register_theme(one)
        self.theme = theme.DARK

    def compose(self) -> ComposeResult:
        with VerticalScroll(can_focus=False):
            yield self._widget

    async def on_event(self, event: Any) -> None:
        await super().on_event(event)

    async def _on_message(self, message: Message) -> None:
        if self._heard is not None and isinstance(message, self._heard):
            self.said.append(message)
        await super()._on_message(message)

    @property
    def frame(self) -> str:
        return "\n".join(frame(self))


def on_the_bench(
    widget: Widget,
    scene: Scene,
    *,
    size: tuple[int, int] = (80, 24),
    heard: type[Message] | None = None,
) -> None:
    async def play() -> None:
        app = Bench(widget, heard)
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            widget.focus()
            await pilot.pause()
            await scene(app, pilot)

    asyncio.run(play())
