"""Paths of declared checks, made concrete in one document."""

from collections.abc import Iterator

from tutor.manifest.documents import Document
from tutor.manifest.nodes import Data
from tutor.model.findings import Path, format_path


def concrete(document: Document, steps: Path) -> Path:
    """A path with every ``[*]`` and ``[name=x]`` replaced by the first index it means.

    Where nothing fits, the path ends before that step: the list itself is the place.
    """
    return next(_walk(document.data, steps), ()) or _prefix(document, steps)


def _walk(value: Data, steps: Path) -> Iterator[Path]:
    if not steps:
        yield ()
        return
    step, rest = steps[0], steps[1:]
    if isinstance(value, list) and isinstance(step, str):
        for index, item in enumerate(value):
            if step == "*" or _is(item, step):
                for below in _walk(item, rest):
                    yield (index, *below)
        return
    if isinstance(value, dict) and isinstance(step, str) and value.get(step) is not None:
        below_value: Data = value[step]
    elif isinstance(value, list) and isinstance(step, int) and step < len(value):
        below_value = value[step]
    else:
        return
    for below in _walk(below_value, rest):
        yield (step, *below)


def _prefix(document: Document, steps: Path) -> Path:
    """The path with list steps made concrete as far as the document goes, fields kept."""
    out: list[str | int] = []
    value: Data = document.data
    for i, step in enumerate(steps):
        if isinstance(step, str) and (isinstance(value, list) or step == "*" or "=" in step):
            items = value if isinstance(value, list) else []
            index = next((n for n, it in enumerate(items) if step == "*" or _is(it, step)), None)
            if index is None:
                return tuple(out)
            out.append(index)
            value = items[index]
            continue
        out.append(step)
        if isinstance(value, dict) and isinstance(step, str):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            # Nothing is here: the rest is named as it would be written.
            return (*out, *(s for s in steps[i + 1 :] if s != "*" and "=" not in str(s)))
    return tuple(out)


def _is(item: Data, step: str) -> bool:
    key, equals, wanted = step.partition("=")
    return bool(equals) and isinstance(item, dict) and str(item.get(key)) == wanted


def key_of(path: Path, rest: Path = ()) -> str:
    """The last field of a path, with the index behind it; nothing for the object itself.

    Args:
        path: The path.
        rest: What the path still lacks where no item of a list fitted: ``[*].mountPath``.
    """
    if not path:
        return ""
    last = next((i for i in range(len(path) - 1, -1, -1) if not _of_item(path[i])), 0)
    return format_path((path[last], *(s for s in path[last + 1 :] if isinstance(s, int)), *rest))


def _of_item(step: str | int) -> bool:
    return isinstance(step, int) or step == "*" or "=" in step
