"""Contexts in words: what they lead to, and why one is not taken for a cluster of this machine."""

from tutor.cluster.contexts import Context, Reason
from tutor.i18n.errors import error_text
from tutor.i18n.text import printable
from tutor.i18n.translator import N_, Translator
from tutor.ui.cluster_words import kind_of_cluster

_REASONS = {
    Reason.ELSEWHERE: N_("its address is not of this machine"),
    Reason.NETWORK: N_("its address is none that such a cluster uses here"),
    Reason.UNVERIFIED: N_("its certificate is not checked"),
    Reason.PROXY: N_("it is reached through a proxy"),
    Reason.TUNNEL: N_("its certificate is for another name, as behind a tunnel"),
    Reason.PLAIN: N_("it has no TLS, as 'kubectl proxy', which leads anywhere"),
    Reason.PATH: N_("its address has a path, so something forwards from there"),
    Reason.PROGRAM: N_("a program signs in, as with clouds"),
    Reason.PROVIDER: N_("it signs in as clouds did"),
    Reason.FAR_NAME: N_("its name is that of a cluster elsewhere"),
    Reason.PRODUCTION: N_("the name “{name}” in it says production or the like"),
    Reason.UNKNOWN: N_("no local tool writes such names, so it may be a tunnel"),
}


def described(context: Context, t: Translator) -> str:
    """One context on one line."""
    name = printable(context.name)
    if context.trouble is not None:
        return f"{name}: {error_text(context.trouble, t)}"
    about = t(", ").join([kind_of_cluster(context.kind, t), printable(context.address)])
    return t("{text} ({note})", text=name, note=about)


def why_not(context: Context, t: Translator) -> str:
    """Why a context is not taken for a cluster of this machine."""
    name = printable(context.telltale)
    return t(", ").join(t(_REASONS[reason], name=name) for reason in context.reasons)
