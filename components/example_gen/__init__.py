"""From a folder of images or texts, or a table of texts, to `tf.Example` in splits."""
