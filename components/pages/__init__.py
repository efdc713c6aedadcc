"""What pages of reports share: HTML files with no script, no network, nothing beside them."""
