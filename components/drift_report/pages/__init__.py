"""Reports as HTML files: no script, no network, nothing beside them."""
