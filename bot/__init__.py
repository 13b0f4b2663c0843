"""What touches the world: channels, pages, clock, files, processes."""
