"""The benchmark: every method on the same pairs, and the ranking that follows.

`configuration` is config/benchmark.yaml, `contest` what it expands to, `making` the runs and their scores,
`ranking` the tables that they become, and `records` these tables as files.
"""
