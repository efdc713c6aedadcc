"""Draws what an evaluation measured, as SVG inside its page."""
