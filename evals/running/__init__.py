"""How a suite is run: each scan in a process of its own, a few at a time, so that time, memory and a crash are those of one system."""
