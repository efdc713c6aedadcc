"""What a model's answers rest on: places of an image, words of a text."""
