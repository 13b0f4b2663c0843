"""The pack: a community's own folder of YAML and Markdown."""
