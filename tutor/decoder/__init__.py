"""What Kubernetes prints about StatefulSets, claims and scheduling, recognised.

- :mod:`tutor.decoder.message` what a known message is: a pattern with a code.
- :mod:`tutor.decoder.api`, :mod:`~tutor.decoder.api_any`, :mod:`~tutor.decoder.cluster`,
  :mod:`~tutor.decoder.pods`, :mod:`~tutor.decoder.tools` the messages, by who prints them.
- :mod:`tutor.decoder.messages` all of them, in the order in which they are tried.
- :mod:`tutor.decoder.decode` from a text somebody pasted to the messages in it.

What a message means and what to do is its page, ``tutor/i18n/pages/<lang>/MSG….md``.
"""
