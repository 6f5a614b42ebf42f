"""Query: read-only answers with citations, pages, feeds and streams."""
