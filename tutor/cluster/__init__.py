"""The client side of a cluster: which one, whether it may be touched, plan, apply, watch, clean.

It does not know whether an offline cluster or a real one answers. From the outside in:
``contexts`` tells what the kubeconfig files lead to, ``guard`` lets through what may be touched,
``transport`` is the only user of the ``kubernetes`` client, ``api`` asks patiently, ``live`` is
the :class:`tutor.session.ports.Cluster` that a session works with.
"""
