"""What a manifest comes to, in words: one sentence for each consequence, as Markdown."""

from collections.abc import Iterable

from tutor.i18n.text import join, printable
from tutor.i18n.translator import N_, Translator
from tutor.model.consequences import Comes, Consequence, Nameless

_SENTENCES = {
    Comes.UNREADABLE: N_("The text cannot be read: {code}, line {line}."),
    Comes.REFUSED: N_("The server refuses {names}: {reason}"),
    Comes.NOTHING: N_("Nothing changes: everything is there already, just so."),
    Comes.STUCK: N_("Not Ready: {names} ({status})."),
    Comes.UNBOUND: N_("Without a volume: {names}."),
    Comes.MISSING: N_("Never made: {names}."),
    Comes.OUTDATED: N_("Still as before the change: {names}."),
    Comes.UNMOUNTED: N_("Claims with a volume that no container mounts: {names}."),
    Comes.LEFT: N_("Claims that are left over, with what is stored in them: {names}."),
    Comes.RESTLESS: N_("It goes on and on: Pods end and are made again without end."),
    Comes.WELL: N_("All is well: {ready} Pods are Ready."),
}
_WITH_MORE = {
    Comes.UNBOUND: ("reason", N_("Without a volume: {names} ({reason}).")),
    Comes.MISSING: ("because", N_("Never made, waiting for {because}: {names}.")),
    Comes.OUTDATED: (
        "because",
        N_("Still as before the change, waiting for {because}: {names}."),
    ),
}
_NAMELESS = {
    Nameless.UNNAMED: N_("Without a DNS name: {names}. The StatefulSet names no Service."),
    Nameless.MISSING: N_("Without a DNS name: {names}. There is no Service {service}."),
    Nameless.ADDRESS: N_(
        "Only some DNS servers answer these names: {names}. The Service {service} is not headless."
    ),
    Nameless.UNSELECTED: N_(
        "Without a DNS name: {names}. The Service {service} does not select these Pods."
    ),
}


def sentences(found: Iterable[Consequence], t: Translator) -> tuple[str, ...]:
    """A sentence for each consequence, in their order."""
    return tuple(_sentence(one, t) for one in found)


def _sentence(one: Consequence, t: Translator) -> str:
    params = {name: _code(value) for name, value in one.params.items()}
    params["names"] = join([_code(name) for name in one.names], t.language)
    if one.what is Comes.NAMELESS:
        template = _NAMELESS[Nameless(str(one.params["why"]))]
    else:
        template = _SENTENCES[one.what]
    more = _WITH_MORE.get(one.what)
    if more is not None and one.params.get(more[0]):
        template = more[1]
    return t(template, **params)


def _code(value: object) -> str:
    """Data within a sentence: as it is, and never taken for Markdown."""
    text = " ".join(printable(str(value)).replace("`", "'").split())
    return text if isinstance(value, int) or not text else f"`{text}`"
