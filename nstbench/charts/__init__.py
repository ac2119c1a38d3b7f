"""Charts: figures that show numbers instead of pictures, and schematics.

`chart.py` reads a chart file, `kinds.py` lists the kinds of charts, `base.py` says what a kind is, and
`writing.py` which files a chart has. The other modules hold the kinds, by what they measure; `style.py` says
how all of them look.
"""
