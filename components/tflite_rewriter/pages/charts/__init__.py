"""Draws what the variants of a model came to, as SVG inside their page."""
