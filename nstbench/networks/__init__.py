"""Networks: their tables, their weights and where these come from, how they are distilled and trained."""
