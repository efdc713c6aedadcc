"""What TFMA measures, and what a model must reach to be blessed."""
