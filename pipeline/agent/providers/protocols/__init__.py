"""One module for each protocol that models are asked in, each with one function `model_of`."""
