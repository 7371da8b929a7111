"""From a manifest to a plan, and from a plan into the cluster: server-side apply, first as a trial.

What the server would do is asked of the server (``dryRun=All``): its defaults, its admission, its
words. What the tutor does not let through never gets there.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from tutor.cluster.api import APPLY, Api, Refused, Reply
from tutor.cluster.cancelling import Cancel
from tutor.cluster.differences import differences
from tutor.cluster.guard import barred
from tutor.cluster.identity import Maker
from tutor.cluster.kinds import KINDS, ORDER, Kind
from tutor.cluster.namespaces import ENFORCED, MANAGED_BY, MANAGER, mark
from tutor.cluster.versions import version_of
from tutor.decoder.decode import decode
from tutor.manifest.documents import Document, Manifest
from tutor.manifest.reader import read
from tutor.model.applying import Fate, Item, Plan, Where
from tutor.model.errors import ExitCode, TutorError
from tutor.model.findings import Param, Severity

_NAME = re.compile(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?")
_LONGEST_NAME = 253
_FORBIDDEN = re.compile(
    rf'would violate PodSecurity "{re.escape(ENFORCED)}(?::[^"]*)?": (?P<what>.*)', re.DOTALL
)
"""What the server warns of in a template whose Pods the tutor's own namespace will refuse."""
_OWNER = re.compile(r'conflict with "(?P<manager>[^"]*)"')


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a request for one object came to."""

    item: Item
    warnings: tuple[str, ...] = ()


def manifest_of(text: str) -> Manifest:
    """Read a manifest that is to be applied.

    Raises:
        TutorError: ``manifest-broken``: kubectl would not read it; ``manifest-empty``.
    """
    manifest = read(text)
    for finding in manifest.findings:
        if finding.severity is Severity.ERROR:
            raise TutorError(
                "manifest-broken", ExitCode.FINDINGS, line=finding.span.line, code=finding.code
            )
    if not manifest.documents:
        raise TutorError("manifest-empty", ExitCode.FINDINGS)
    return manifest


def in_order(documents: tuple[Document, ...]) -> list[Document]:
    """Documents as they are applied: what others need comes first, else as written."""
    last = len(ORDER)
    return sorted(documents, key=lambda document: ORDER.get(document.kind, last))


class Planner:
    """Plans and applies in one namespace.

    Args:
        api: The server.
        where: For the plans.
        maker: Marks what is made outside the namespace.

    Attributes:
        versions: Kind and name of what was applied → the version it came to.
    """

    def __init__(self, api: Api, where: Where, maker: Maker) -> None:
        self._api = api
        self._maker = maker
        self._where = where
        self.versions: dict[tuple[str, str], int] = {}

    def plan(self, cancel: Cancel, text: str) -> Plan:
        """What applying a text would do. Nothing is changed.

        Raises:
            TutorError: The text is no manifest, or the cluster does not answer as it should.
        """
        return self._go(cancel, text, trial=True)

    def apply(self, cancel: Cancel, plan: Plan, *, force: bool = False) -> Plan:
        """Apply what was planned, and tell what came of it.

        Raises:
            TutorError: The plan has something that cannot be applied; it is of another place; or
                the cluster does not answer as it should.
        """
        if (plan.where.context, plan.where.namespace) != (
            self._where.context,
            self._where.namespace,
        ):
            raise TutorError("plan-elsewhere", ExitCode.CLUSTER)
        fates = {item.fate for item in plan.items}
        if not plan.items or fates & {Fate.REFUSED, Fate.BARRED}:
            raise TutorError("plan-impossible", ExitCode.FINDINGS)
        if Fate.CONFLICT in fates and not force:
            raise TutorError("plan-conflict", ExitCode.FINDINGS)
        return self._go(cancel, plan.text, trial=False, force=force)

    def _go(self, cancel: Cancel, text: str, *, trial: bool, force: bool = False) -> Plan:
        documents = in_order(manifest_of(text).documents)
        asked = list(self._each(cancel, documents, trial=trial, force=force))
        warnings = dict.fromkeys(one for found in asked for one in found.warnings)
        return Plan(text, self._where, tuple(found.item for found in asked), tuple(warnings))

    def _each(
        self, cancel: Cancel, documents: list[Document], *, trial: bool, force: bool
    ) -> Iterator[_Asked]:
        for document in documents:
            line = document.root.line
            why = barred(document, self._api.target)
            if why is not None:
                yield _Asked(_item(document, Fate.BARRED, code=why.code, params=why.params))
                continue
            cancel.check()
            found = self._one(cancel, document, trial=trial, force=force)
            yield replace(found, item=replace(found.item, line=line))

    # -- one object

    def _one(self, cancel: Cancel, document: Document, *, trial: bool, force: bool) -> _Asked:
        kind = KINDS[document.kind]
        body = self._body(document, kind)
        try:
            if not _NAME.fullmatch(document.name) or len(document.name) > _LONGEST_NAME:
                # No path can be made of such a name; let the server say what is wrong with it.
                path = kind.path(self._where.namespace)
                reply = self._api.ask(cancel, "POST", path, body, **_options(trial=True))
                return _Asked(_item(document, Fate.CREATE), reply.warnings)
            path = kind.path(self._where.namespace, document.name)
            before = self._api.get(cancel, path)
            reply = self._apply(cancel, path, body, trial=trial, force=force)
            if before is None and not trial and not kind.namespaced:
                mark(self._api, cancel, path, reply.body, self._maker)
        except Refused as refused:
            return _Asked(_refused(document, refused))
        if not trial:
            self.versions[document.kind, document.name] = version_of(reply.body)
        return _Asked(_done(document, before, reply), reply.warnings)

    def _apply(
        self, cancel: Cancel, path: str, body: Mapping[str, Any], *, trial: bool, force: bool
    ) -> Reply:
        options = _options(trial=trial, force=force)
        return self._api.ask(cancel, "PATCH", path, body, APPLY, **options)

    def _body(self, document: Document, kind: Kind) -> dict[str, Any]:
        body: dict[str, Any] = dict(document.data)
        about = dict(body["metadata"])
        if kind.namespaced:
            about["namespace"] = self._where.namespace
        else:  # what is outside the namespace is found again by a label, and known by its mark
            about.pop("namespace", None)
            labels = about.get("labels")
            if isinstance(labels, Mapping | None):
                about["labels"] = {**(labels or {}), MANAGED_BY: MANAGER}
        body["metadata"] = about
        return body


def _options(*, trial: bool, force: bool = False) -> dict[str, str]:
    found = {"fieldManager": MANAGER, "fieldValidation": "Strict"}
    if trial:
        found["dryRun"] = "All"
    if force:
        found["force"] = "true"
    return found


def _item(
    document: Document, fate: Fate, *, code: str = "", params: Mapping[str, Param] | None = None
) -> Item:
    line = document.root.line
    return Item(fate, document.kind, document.name, line, code=code, params=params or {})


def _done(document: Document, before: Mapping[str, Any] | None, reply: Reply) -> Item:
    changes = () if before is None else differences(before, reply.body)
    fate = Fate.CREATE if before is None else Fate.CHANGE if changes else Fate.SAME
    found = next(filter(None, map(_FORBIDDEN.match, reply.warnings)), None)
    forbidden = found["what"] if found is not None else ""
    return replace(_item(document, fate), changes=changes, forbidden=forbidden)


def _refused(document: Document, refused: Refused) -> Item:
    owners = tuple(
        (field.lstrip("."), match["manager"])
        for reason, field, message in refused.causes
        if reason == "FieldManagerConflict" and (match := _OWNER.search(message))
    )
    if refused.code == 409 and owners:
        item = _item(document, Fate.CONFLICT)
        return replace(item, reason=refused.message, owners=owners)
    item = _item(document, Fate.REFUSED)
    known = decode(refused.message)
    if known:
        item = replace(item, code=known[0].message.code, params=dict(known[0].params))
    return replace(item, reason=refused.message)
