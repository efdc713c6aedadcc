"""What a run is held against: the model in service, and the statistics of the span before."""
