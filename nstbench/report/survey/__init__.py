"""People asked what they think of the pictures: a page that asks, and what its answers say."""
