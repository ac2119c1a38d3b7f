"""Charts inside of pages by Vega-Altair: drawn by the page itself, or beforehand."""
