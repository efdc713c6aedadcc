"""An evaluation as an HTML file: no script, no network, nothing beside it."""
