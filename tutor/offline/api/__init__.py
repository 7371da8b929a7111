"""The HTTP edge of the offline cluster: the Kubernetes API over ASGI, on the loopback only.

From the inside out: ``paths`` reads a request's path, ``people`` and ``guard`` say who may ask,
``service`` answers it from the registry, ``negotiate`` and ``present`` give the answer the form
that was asked for, ``telling`` answers what is asked about the server itself, ``exchange`` is one
request and its answer, ``app`` speaks ASGI, ``server`` and ``driver`` let it run in real time,
``journal`` keeps its state in a file.
"""
