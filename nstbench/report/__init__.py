"""Panels, loss curves and the static page, drawn without torch from what finished runs left on disk."""
