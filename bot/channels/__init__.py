"""One file a platform; channels know nothing of each other."""
