"""What one sees in a cluster, explained: a page of prose for each thing, in each language.

A page is ``tutor/i18n/things/<lang>/<name>.md``: a title, then Markdown. Unlike the pages of codes
they speak of what is as it should be.
"""

from functools import cache

from tutor.i18n.data import data

THINGS = (
    "changed",
    "claim",
    "deleting",
    "event",
    "leftover",
    "name",
    "node",
    "owner",
    "place",
    "pod",
    "policy",
    "restarts",
    "revisions",
    "scaling",
    "service",
    "set",
    "strategy",
    "surplus",
    "waits",
)


@cache
def thing(name: str, language: str) -> tuple[str, str]:
    """Title and Markdown of a thing.

    Raises:
        KeyError: There is no such page.
    """
    source = data(__file__, f"things/{language}/{name}.md") if name in THINGS else None
    if source is None:
        raise KeyError(name)
    title, _, body = source.decode("utf-8").partition("\n")
    return title.removeprefix("# ").strip(), body.strip()
