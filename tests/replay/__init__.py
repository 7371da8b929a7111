"""The recordings of a real control plane, played against the offline cluster and compared.

``python -m tests.replay [SCENARIO …] [--diff]`` prints the table.
"""
