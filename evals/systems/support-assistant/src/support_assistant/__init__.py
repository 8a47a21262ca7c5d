"""Support assistant of the Fjordkit web shop."""
