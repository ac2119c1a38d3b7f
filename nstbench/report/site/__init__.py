"""The site below reports/: one module a kind of page, readable from files and without a network."""
