"""The programs that painted data/pictures: scenes that stand in for photographs, and paintings for style.

Each painter draws a square picture from a seed; `make pictures` runs them all, to the same bytes.
"""
