"""The claim extractor `llm`: a language model reads, and what it says is checked against the document's own words."""
