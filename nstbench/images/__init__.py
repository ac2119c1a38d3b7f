"""Pictures: reading and writing them, as tensors, and the manifest of all that the suite uses."""
