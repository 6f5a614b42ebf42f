"""Projection: folds the log into the read model. The only writer of the read model."""
