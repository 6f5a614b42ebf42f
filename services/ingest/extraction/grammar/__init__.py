"""What the claim extractor knows of each language: one TOML table a language, and their loader."""
