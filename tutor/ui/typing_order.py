"""Keys act in the order they were typed, however fast they come.

Textual hands a key to the widget with the focus, and looks for a binding only when the key has
come back up to the application, behind whatever else was typed by then: in a burst, letters are
inserted at once, and Backspace, Enter and arrows act later, or in a screen that is not there yet.
Here what is typed stands in a line, and the next one is handed on when all that the one before
has caused is over. A key that comes alone goes its usual way.

What is over is asked in Textual's own way: a callback that is called later is called when a
widget has done all that was before it.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any

from textual import events
from textual.app import App
from textual.message_pump import MessagePump

PATIENCE = 2.0
"""Seconds that what was typed waits for what is under way: no widget locks the keyboard."""
ROUNDS = 50
"""How often things may cause other things before the next key is handed on all the same."""

_TYPED = (events.Key, events.Paste, events.MouseDown, events.MouseUp)


class Line:
    """What was typed and has not been handed on.

    Args:
        app: The application.
    """

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self._waiting: deque[events.Event] = deque()
        self._in_hand: events.Event | None = None
        self._feeding: asyncio.Task[None] | None = None

    @property
    def waits(self) -> bool:
        """Something that was typed has not acted yet."""
        return self._feeding is not None

    async def take(
        self, event: events.Event, handle: Callable[[events.Event], Awaitable[None]]
    ) -> None:
        """Handle an event of the application in its turn.

        Args:
            event: The event.
            handle: What the application does with it.
        """
        if not isinstance(event, _TYPED) or event.is_forwarded:
            await handle(event)
        elif event is self._in_hand:
            self._in_hand = None
            await handle(event)
        elif self._feeding is None:
            self._feed()
            await handle(event)
        else:
            self._waiting.append(event)

    def first(self, event: events.Event) -> None:
        """Put an event before all that waits: it stands for the one that is being handled."""
        event.set_sender(self._app)  # else it would end at the screen that made it
        self._waiting.appendleft(event)
        self._feed()

    def _feed(self) -> None:
        if self._feeding is None:
            self._feeding = asyncio.create_task(self._hand_on(), name="typing")

    async def _hand_on(self) -> None:
        """Let what was typed last come to its end, and hand on the next, until nothing waits."""
        try:
            while self._app.is_running:
                await self._settled()
                if not self._waiting:
                    return
                self._in_hand = self._waiting.popleft()
                self._app.post_message(self._in_hand)
        finally:
            self._feeding = None

    async def _settled(self) -> None:
        """Wait until nothing is under way that the last key can have caused."""
        try:
            async with asyncio.timeout(PATIENCE):
                for _ in range(ROUNDS):
                    if not await self._passed(tuple(self._pumps())):
                        return
        except TimeoutError:
            return

    def _pumps(self) -> Iterator[MessagePump]:
        """Whatever may have something to do: the way of a key up to the application, and others."""
        app = self._app
        way = {*app.screen_stack, *(app.focused.ancestors_with_self if app.focused else ())}
        for screen in app.screen_stack:
            for node in screen.walk_children(with_self=True):
                if node in way or node.message_queue_size:
                    yield node
        yield app

    async def _passed(self, pumps: Sequence[MessagePump]) -> bool:
        """Wait until each has done what waits in it; whether something came of it."""
        marks = []
        for pump in pumps:
            mark = asyncio.Event()
            if pump.call_later(mark.set):
                marks.append(mark)
        for mark in marks:
            await mark.wait()
        return (
            any(
                node.message_queue_size
                for screen in self._app.screen_stack
                for node in screen.walk_children(with_self=True)
            )
            or tuple(self._pumps()) != pumps
        )
