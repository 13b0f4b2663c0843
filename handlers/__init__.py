"""What is decided: one module a feature, pure rules beneath."""
