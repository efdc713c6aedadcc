"""A search for better settings, before the training: TFX's Tuner, with KerasTuner."""
