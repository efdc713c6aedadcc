"""Draws what a drift report found, as SVG inside its page."""
