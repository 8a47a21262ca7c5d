"""What others wrote down and a user has downloaded, as measures: attacks that happened, threat models that people made.

Files are given by path. Nothing is fetched, nothing of them is kept but the figures.
"""
