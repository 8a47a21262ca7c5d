"""Data on its way through a program: steps, searches, and what a value is made of."""
