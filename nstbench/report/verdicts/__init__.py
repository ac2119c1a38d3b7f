"""Claims of the documents on the page: what was found, in words and drawn."""
