"""The owner's side: asking a cluster that runs."""

import http.client
import json
import ssl
from collections.abc import Mapping
from typing import Any

from tutor.offline.api.folder import Note

_PATIENCE = 3.0


class Refused(Exception):  # noqa: N818  (told to the user as it is)
    """The cluster refused.

    Attributes:
        message: What it said.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def ask(note: Note, verb: str, body: Mapping[str, Any] | None = None) -> dict[str, Any] | None:
    """What a cluster answers; None where none runs any more.

    Args:
        note: How to reach it.
        verb: ``status``, ``node``, ``speed``, ``reset``, ``down``.
        body: What to send; None only to look.

    Raises:
        Refused: It will not.
    """
    context = ssl.create_default_context(cadata=note.authority)
    connection = http.client.HTTPSConnection(
        "127.0.0.1", note.port, timeout=_PATIENCE, context=context
    )
    data = None if body is None else json.dumps(body)
    headers = {"Authorization": f"Bearer {note.token}", "Content-Type": "application/json"}
    try:
        connection.request("GET" if body is None else "POST", f"/sts-tutor/{verb}", data, headers)
        answer = connection.getresponse()
        found = json.loads(answer.read())
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        connection.close()
    if answer.status >= 400:
        if answer.status in (401, 403):  # another program has the port by now
            return None
        raise Refused(str(found.get("message", "")))
    return found if found.get("cluster") == "sts-tutor" else None
