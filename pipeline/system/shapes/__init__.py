"""Models, agents and tools of libraries that knowledge does not know, by what their calls look like."""
