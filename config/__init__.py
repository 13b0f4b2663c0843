"""What was told beforehand: settings, terms, the pack and every sentence."""
