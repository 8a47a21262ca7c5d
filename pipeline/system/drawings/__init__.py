"""What diagrams and threat models draw: boxes, arrows, frames, stated threats."""
