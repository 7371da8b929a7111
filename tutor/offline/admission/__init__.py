"""What happens to an object between the wire and the store.

:class:`tutor.offline.admission.chain.Rules` is the whole of it, as the registry calls it. Its parts
are pure functions: ``decode.decode``, ``defaults.default``, ``wire.encode``, ``patch.*.apply``,
``apply.apply.applied``, ``validation.validate_create`` and ``validate_update``.
"""
