"""Far sides of platforms: strict, on real sockets, with the ground truth."""
