"""Training: pipelines, their data and order, model files, cards."""
