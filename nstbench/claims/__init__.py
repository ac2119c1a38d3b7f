"""From results to verdicts: evidence for each claim of the documents, its test, its verdict.

Nothing here imports torch: a verdict rests on the tables that the pipeline has written.
"""
