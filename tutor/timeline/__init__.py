"""What happened in a cluster, told, drawn and judged: pure, for an offline cluster and a real one.

Changes go in (:class:`tutor.model.timeline.Change`, from a watch or from the offline store);
entries, pictures and verdicts come out. :class:`tutor.timeline.tape.Tape` holds them together.
"""
