"""Optimisers, the loop in which an image descends, its checkpoints and films."""
