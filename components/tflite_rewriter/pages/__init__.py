"""A model's variants as an HTML file: no script, no network, nothing beside it."""
