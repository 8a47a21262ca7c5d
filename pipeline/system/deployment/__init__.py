"""What configuration starts and exposes: containers, clusters, clouds, charts, packages."""
