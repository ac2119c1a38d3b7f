"""The engine's speed beside that of a plain textbook loop."""
