"""Numbers as tables that a page or a notebook shows: scores, comparisons, the values behind a chart."""
