"""Drawings inside of pages: what is drawn where, for the templates that write it down as SVG."""
