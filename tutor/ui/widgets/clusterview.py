"""A namespace drawn by ordinal: each place with its Pod, its claims and its name."""

from collections.abc import Iterator, Sequence

from tutor.i18n.linebreak import cell_width, wrap
from tutor.i18n.text import printable
from tutor.i18n.translator import Translator
from tutor.model.picture import ClaimView, NameView, Picture, Place, PodView, ServiceView, SetView
from tutor.model.timeline import Entry
from tutor.ui import cluster_words as said
from tutor.ui import happening_words
from tutor.ui.widgets.cells import Cells, Line, Piece, columns, fitted

WIDE = 104
"""Cells from which a place takes one line."""
_EVENTS = 4


class ClusterView(Cells):
    """The picture. What is chosen is ``<what>/<name>``.

    ``what`` is one of ``set``, ``policy``, ``strategy``, ``revisions``, ``service``, ``pod``,
    ``revision``, ``node``, ``restarts``, ``waits`` (of a Pod), ``place`` (an empty one), ``claim``,
    ``name``, and ``event`` with its number.
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._picture: Picture | None = None
        self._t: Translator | None = None
        self._nothing = ""

    def show(self, picture: Picture | None, t: Translator, *, nothing: str = "") -> None:
        """Show another moment.

        Args:
            picture: The moment; None before anything is known.
            t: The language.
            nothing: Said where there is nothing to draw.
        """
        state = (picture, t, nothing)
        if state != (self._picture, self._t, self._nothing):
            self._picture, self._t, self._nothing = state
            self.changed()

    @property
    def picture(self) -> Picture | None:
        """The moment that is shown."""
        return self._picture

    def lay(self, width: int) -> Sequence[Line]:
        """Sets with their places, then what belongs to none, then the newest Events."""
        picture, t = self._picture, self._t
        if t is None:
            return []
        if picture is None or _empty(picture):
            return [(Piece(line, "quiet"),) for line in wrap(self._nothing, width)]
        out: list[Line] = []
        for set_ in picture.sets:
            out += _set_lines(set_, t, width)
        out += _loose_lines(picture, t, width)
        newest = [(n, one) for n, one in enumerate(picture.events) if _worth_telling(one)]
        if newest:
            out.append((Piece(t("Events"), "heading"),))
            for number, entry in newest[-_EVENTS:]:
                words = happening_words.sentence(entry, t)
                style = happening_words.style(entry)
                mark = happening_words.mark(entry)
                out += fitted((Piece(f"{mark} {words}", style, f"event/{number}"),), width)
        return out


def _empty(picture: Picture) -> bool:
    """Nothing is there but the nodes, which are always there."""
    told = any(map(_worth_telling, picture.events))
    return not (picture.sets or picture.pods or picture.claims or picture.services or told)


def _worth_telling(event: Entry) -> bool:
    return event.kind != "Node" and not happening_words.repeats(event)


def _set_lines(set_: SetView, t: Translator, width: int) -> Iterator[Line]:
    name, style = printable(set_.name), said.set_style(set_)
    head = [
        Piece(f"StatefulSet {name}", "heading", f"set/{set_.name}"),
        Piece(said.set_head(set_, t), style, f"set/{set_.name}"),
        Piece(printable(set_.policy), "", f"policy/{set_.name}"),
        Piece(said.strategy(set_, t), "", f"strategy/{set_.name}"),
        Piece(said.revisions(set_, t), "quiet", f"revisions/{set_.name}"),
    ]
    yield from fitted(_spaced(head), width)
    if set_.service is not None:
        yield from fitted(_service_line(set_.service, t), width)
    wide = width >= WIDE
    firsts: list[list[Piece]] = []
    seconds: list[list[Line]] = []
    for place in set_.places:
        first = _pod_pieces(place, set_, t)
        rest = _belongings(place, t)
        if wide and place.pod is not None:
            first, rest = first + rest, []
        firsts.append(first)
        seconds.append([(Piece(" " * 6), *_spaced(rest))] if rest else [])
    for row, more in zip(columns(firsts), seconds, strict=True):
        yield from fitted(row, width)
        for line in more:
            yield from fitted(line, width)
    if set_.more:
        yield from fitted((Piece(said.more_places(set_, t), "quiet", f"set/{set_.name}"),), width)


def _pod_pieces(place: Place, set_: SetView, t: Translator) -> list[Piece]:
    """Ordinal, name, status; for an empty place, why it is so."""
    pod, name = place.pod, printable(place.pod_name)
    if pod is None:
        key = f"place/{place.pod_name}"
        mark = "○" if place.wanted else "-"
        style = "note" if place.wanted else "quiet"
        return [
            Piece(f"{place.ordinal:>2} {mark} {name}", style, key),
            Piece(said.empty_place(place, t), style, key),
        ]
    style = said.pod_style(pod)
    out = [
        Piece(f"{place.ordinal:>2} {_mark(pod)} {name}", style, f"pod/{pod.name}"),
        *_facts(pod, set_, t),
    ]
    if not place.wanted and not pod.terminating:
        out.append(Piece(t("surplus"), "warn", f"pod/{pod.name}"))
    return out


def _mark(pod: PodView) -> str:
    if pod.terminating:
        return "↓"
    return said.MARKS[said.pod_style(pod)]


def _facts(pod: PodView, set_: SetView | None, t: Translator) -> list[Piece]:
    name, style = pod.name, said.pod_style(pod)
    status = " ".join(w for w in (printable(pod.status), said.readiness(pod, t)) if w)
    old = set_ is not None and not pod.current
    return [
        Piece(status, style, f"pod/{name}"),
        Piece(said.revision(pod, set_, t), "warn" if old else "quiet", f"revision/{name}"),
        Piece(printable(pod.node), "quiet", f"node/{name}"),
        Piece(said.restarts(pod, t), "warn", f"restarts/{name}"),
    ]


def _belongings(place: Place, t: Translator) -> list[Piece]:
    """The claims of a place, and its name; what it waits for, where a Pod stands there."""
    out = [_claim_piece(one, t, leftover=place.pod is None) for one in place.claims]
    if place.name is not None:
        out.append(_name_piece(place.name, t))
    waits = place.waits
    if waits is not None and place.pod is not None and waits.step == "delete":
        words = happening_words.beside(waits, t)
        out.append(Piece(words, "note", f"waits/{place.pod_name}"))
    return out


def _claim_piece(one: ClaimView, t: Translator, *, leftover: bool) -> Piece:
    style = "warn" if leftover else said.claim_style(one)
    words = said.claim(one, t, leftover=leftover, short=True)
    name = printable(one.name)
    return Piece(f"└ {name} {words}", style, f"claim/{one.name}")


def _name_piece(one: NameView, t: Translator) -> Piece:
    name = printable(one.name)
    style = "good" if one.resolves else "quiet"
    return Piece(f"{name} {said.name(one, t)}", style, f"name/{one.name}")


def _service_line(one: ServiceView, t: Translator) -> Line:
    name = printable(one.service)
    pieces = [
        Piece(f"Service {name}", said.service_style(one), f"service/{one.service}"),
        Piece(said.service(one, t), said.service_style(one), f"service/{one.service}"),
    ]
    if one.exists:
        pieces.append(_name_piece(one.name, t))
    return _spaced(pieces)


def _loose_lines(picture: Picture, t: Translator, width: int) -> Iterator[Line]:
    """What belongs to no set, or is left of one that is gone."""
    rows = [
        [
            Piece(f" {_mark(pod)} {printable(pod.name)}", said.pod_style(pod), f"pod/{pod.name}"),
            *_facts(pod, None, t),
        ]
        for pod in picture.pods
    ]
    if rows:
        yield (Piece(t("Pods of no StatefulSet"), "heading"),)
        for row in columns(rows):
            yield from fitted(row, width)
    if picture.claims:
        yield (Piece(t("Claims of no StatefulSet"), "heading"),)
        for one in picture.claims:
            piece = _claim_piece(one, t, leftover=False)
            yield from fitted((piece,), width)
    for service in picture.services:
        yield from fitted(_service_line(service, t), width)


def _spaced(pieces: Sequence[Piece]) -> Line:
    """Pieces with room between them; those without words are left out."""
    out: list[Piece] = []
    for piece in pieces:
        if cell_width(piece.words):
            if out:
                out.append(Piece("  "))
            out.append(piece)
    return tuple(out)
