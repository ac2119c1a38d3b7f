"""Claims of the documents and what becomes of them: evidence, test, verdict.

Nothing here imports torch: a verdict rests on the tables that the pipeline has written.
"""
