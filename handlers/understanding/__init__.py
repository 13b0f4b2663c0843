"""Text and photos to meaning: pure, loaded once."""
