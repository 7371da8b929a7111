"""A line of kubectl: what may be typed, what it means, and what could come next.

It is never given to a shell. Whatever only a shell would understand is refused in words.
"""

import shlex
import unicodedata
from collections.abc import Iterator, Sequence

from tutor.i18n.translator import N_
from tutor.model.nearest import nearest
from tutor.model.picture import Picture

NO_SHELL = N_(
    "Only kubectl runs here, no shell: {found} would mean something to a shell alone. Put it in "
    "single quotes if kubectl is to get it as it is."
)
OPEN_QUOTE = N_("A quotation mark is not closed.")
NOT_KUBECTL = N_("Only kubectl runs here. What it can do begins with a verb: get, describe, ….")
UNKNOWN = N_("kubectl has no command '{found}'.")
NEARLY = N_("kubectl has no command '{found}'. Did you mean '{nearest}'?")
EDITOR = N_(
    "'kubectl edit' opens an editor, and there is none here. 'kubectl patch' changes a field; "
    "'kubectl get NAME -o yaml' shows the whole object."
)
INTERACTIVE = N_(
    "A command that goes on talking with you cannot run here. Without -i and -t it runs one "
    "command and ends: kubectl exec web-0 -- hostname."
)
STANDARD_INPUT = N_("There is no standard input here: name a file after -f.")
FOREVER = N_("'kubectl {verb}' opens a door that stays open; that is left out here.")

VERBS = (
    "get",
    "describe",
    "apply",
    "delete",
    "scale",
    "rollout",
    "set",
    "patch",
    "label",
    "annotate",
    "logs",
    "exec",
    "wait",
    "events",
    "explain",
    "create",
    "diff",
    "drain",
    "cordon",
    "uncordon",
    "top",
    "api-resources",
    "version",
)
_OTHER_VERBS = (  # of kubectl's own; what is done with them is said elsewhere
    *("alpha", "api-versions", "attach", "auth", "autoscale", "certificate", "cluster-info"),
    *("completion", "config", "convert", "cp", "debug", "edit", "expose", "help", "kuberc"),
    *("kustomize", "options", "plugin", "port-forward", "proxy", "replace", "run", "taint"),
    "tutor",
)
_AFTER: dict[str, tuple[str, ...]] = {
    "rollout": ("status", "history", "undo", "restart"),
    "set": ("image", "env", "resources"),
}
_KINDS = (
    "pods",
    "statefulset",
    "pvc",
    "pv",
    "service",
    "endpointslices",
    "controllerrevisions",
    "events",
    "nodes",
    "all",
)
_FLAGS: dict[str, tuple[str, ...]] = {
    "get": ("-o", "-w", "-l", "--show-labels", "--sort-by"),
    "delete": ("--cascade=orphan", "--cascade=foreground", "--grace-period=0", "--force"),
    "scale": ("--replicas=",),
    "patch": ("--type=merge", "-p"),
    "rollout": ("--timeout=", "--to-revision=", "--revision="),
    "logs": ("-f", "--previous", "--tail="),
    "wait": ("--for=condition=Ready", "--for=delete", "--timeout="),
    "apply": ("-f", "--server-side", "--dry-run=server"),
    "label": ("--overwrite",),
    "annotate": ("--overwrite",),
    "describe": ("-l",),
    "events": ("--for", "-w"),
}
_WATCHING = {"-w", "--watch", "--watch-only"}
_TALKING = {"exec", "run", "attach", "debug"}
_DOORS = {"proxy", "port-forward"}
_OF_KIND = {
    "statefulset": ("statefulset", "statefulsets", "sts", "statefulset.apps", "statefulsets.apps"),
    "pod": ("pod", "pods", "po"),
    "pvc": ("pvc", "persistentvolumeclaim", "persistentvolumeclaims"),
    "service": ("service", "services", "svc"),
}


class Refused(Exception):  # noqa: N818  (it is no error of the program)
    """A line that is not run.

    Attributes:
        message: Why, to be translated.
        params: What the message names.
    """

    def __init__(self, message: str, **params: str) -> None:
        super().__init__(message)
        self.message = message
        self.params = params


def words_of(line: str) -> tuple[str, ...]:
    """The words after ``kubectl``; none for an empty line.

    Raises:
        Refused: It is not run, and why.
    """
    line = line.replace("\u3000", " ").replace("\xa0", " ").strip().removeprefix("$ ")
    for found in _shell_signs(line):
        raise Refused(NO_SHELL, found=found)
    try:
        words = shlex.split(line)
    except ValueError:
        raise Refused(OPEN_QUOTE) from None
    if words and words[0] in ("kubectl", "k"):
        words = words[1:]
    if words and not words[0].startswith("-") and not words[0].replace("-", "").isalpha():
        raise Refused(NOT_KUBECTL)
    _look(words)
    return tuple(words)


def _shell_signs(line: str) -> Iterator[str]:
    """What a shell would act upon, outside of quotes; in double quotes, what it would put in."""
    quote, escaped = "", False
    for at, character in enumerate(line):
        if escaped:
            escaped = False
        elif character == "\\" and quote != "'":
            escaped = True
        elif quote:
            if character == quote:
                quote = ""
            elif quote == '"' and (character == "`" or line[at : at + 2] in ("$(", "${")):
                yield line[at : at + 2].strip()
        elif character in "'\"":
            quote = character
        elif character in "|&;<>`" or (character == "$" and line[at + 1 : at + 2].strip()):
            yield line[at : at + 2].strip() if character in "&|$" else character


def _look(words: Sequence[str]) -> None:
    verb = next((word for word in words if not word.startswith("-")), "")
    before = words[: words.index("--")] if "--" in words else words
    if verb == "edit" or (verb in ("create", "apply") and "edit-last-applied" in words):
        raise Refused(EDITOR)
    if verb in _DOORS:
        raise Refused(FOREVER, verb=verb)
    if verb in ("attach", "debug"):
        raise Refused(INTERACTIVE)
    if verb in _TALKING and any(_talks(word) for word in before):
        raise Refused(INTERACTIVE)
    if {"-", "-f-", "--filename=-"} & {*before}:
        raise Refused(STANDARD_INPUT)
    if words and not words[0].startswith("-") and verb not in (*VERBS, *_OTHER_VERBS):
        if meant := nearest(verb, VERBS):
            raise Refused(NEARLY, found=verb, nearest=meant)
        raise Refused(UNKNOWN, found=verb)


def _talks(word: str) -> bool:
    if word in ("--stdin", "--tty", "--stdin=true", "--tty=true"):
        return True
    return word in ("-i", "-t", "-it", "-ti")


def goes_on(words: Sequence[str]) -> bool:
    """Whether a command goes on until it is stopped: ``get -w``, ``logs -f``."""
    verb = words[0] if words else ""
    return bool(_WATCHING & set(words)) or (verb == "logs" and bool({"-f", "--follow"} & {*words}))


def completions(
    line: str, picture: Picture | None, suggested: Sequence[Sequence[str]] = ()
) -> list[str]:
    """What the line could become, the likeliest first; each begins with the line.

    Args:
        line: As far as it is typed.
        picture: What is there, for names.
        suggested: Commands the lesson suggests, their words after ``kubectl``.
    """
    line = unicodedata.normalize("NFKC", line)
    head = "kubectl " if line.startswith("kubectl ") else ""
    done, _, last = line.removeprefix(head).rpartition(" ")
    words = done.split()
    whole = [f"{head}{shlex.join(command)}" for command in suggested if command]
    out = [one for one in whole if line.strip() and one.startswith(line) and one != line]
    prefix = f"{head}{done} " if done else head
    following = _next(words, last, picture)
    out += [prefix + word for word in following if word.startswith(last) and word != last]
    return list(dict.fromkeys(out))


def _next(words: list[str], last: str, picture: Picture | None) -> Iterator[str]:
    if not words:
        yield from VERBS
        return
    verb, *rest = words
    plain = [word for word in rest if not word.startswith("-")]
    if last.startswith("-"):
        yield from _FLAGS.get(verb, ())
        return
    if verb in _AFTER and not plain:
        yield from _AFTER[verb]
        return
    if verb in _AFTER:
        plain = plain[1:]
    if verb in ("exec", "logs"):
        yield from _names("pod", picture)
    elif plain and "/" not in plain[-1]:
        yield from _names(_kind(plain[-1]), picture)
    elif not plain:
        for kind in _OF_KIND:
            if last.startswith(f"{kind}/") or kind.startswith(last):
                yield from (f"{kind}/{name}" for name in _names(kind, picture))
        yield from _KINDS
    yield from _FLAGS.get(verb, ())


def _kind(word: str) -> str:
    return next((kind for kind, names in _OF_KIND.items() if word in names), "")


def _names(kind: str, picture: Picture | None) -> Iterator[str]:
    if picture is None:
        return
    for set_ in picture.sets:
        if kind == "statefulset":
            yield set_.name
        if kind == "service" and set_.service is not None and set_.service.exists:
            yield set_.service.service
        for place in set_.places:
            if kind == "pod" and place.pod is not None:
                yield place.pod.name
            if kind == "pvc":
                yield from (claim.name for claim in place.claims)
    if kind == "pod":
        yield from (pod.name for pod in picture.pods)
    if kind == "pvc":
        yield from (claim.name for claim in picture.claims)
    if kind == "service":
        yield from (service.service for service in picture.services)
