"""Losses: content and style as functions and modules of features, and the objective that sums them."""
