"""Schematic figures: the sheet that they are drawn on, and one module for each kind of drawing."""
