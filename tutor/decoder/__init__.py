"""What Kubernetes prints about StatefulSets, claims and scheduling, recognised.

- :mod:`tutor.decoder.messages` the messages known, each a pattern with a code.
- :mod:`tutor.decoder.decode` from a text somebody pasted to the messages in it.

What a message means and what to do is its page, ``tutor/i18n/pages/<lang>/MSG….md``.
"""
