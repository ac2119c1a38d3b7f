"""Training of feed-forward networks: what a training is, pictures and crops, and the loop."""
