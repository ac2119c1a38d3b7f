"""Ruder, Dosovitskiy and Brox 2016, Artistic style transfer for videos, arXiv:1604.08610.

No method by itself: what is done around one, so that the frames of a video hang together.
"""
