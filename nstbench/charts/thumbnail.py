"""The size of the small pictures that stand for figures and charts in the table of contents."""

# Three squares side by side, with gaps between them.
SIDE = 144
GAP = 4
SIZE = (3 * SIDE + 2 * GAP, SIDE)
