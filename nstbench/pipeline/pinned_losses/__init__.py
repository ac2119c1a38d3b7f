"""Loss values that every change of the code must reproduce, and the check that it does."""
