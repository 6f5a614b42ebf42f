"""Pages as a small newspaper would publish them."""

from tests.ingest.fetching.serving import answer

FRAME = """<!doctype html><html lang="en"><head><title>{title}</title><meta name="author" content="Lale Sample"></head>
<body><nav><a href="/">Home</a> <a href="/news">News</a></nav><main><article><h1>{title}</h1>
{paragraphs}
</article></main><footer>{footer}</footer></body></html>"""

BRIDGE = (
    "The Alder bridge was opened on 4 May 1998 by the mayor of the town, and 1200 people came to see it.",
    "The bridge is 340 metres long. Work on it had begun in March 1995 and took three years, longer than the council had hoped.",
    "On 12 June 2003 a storm damaged two of its arches, and 45 families had to leave their homes beside the river.",
)


def page(*paragraphs: str, title: str = "The bridge at Alder Quay", footer: str = "All rights reserved", **headers: str) -> bytes:
    """The response with a page of these paragraphs."""
    shown = "\n".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return answer(FRAME.format(title=title, paragraphs=shown, footer=footer), **headers)
