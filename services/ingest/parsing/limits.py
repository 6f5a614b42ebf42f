"""What reading one document may cost. Whoever sends a file decides what is in it; this decides what it may do to the machine."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ParseLimits:
    """The most that a document, or a file that holds documents, may ask for. Each limit is a setting of the name that is given here.

    `bytes` of one document (SALNAME_MAX_DOCUMENT_BYTES). `pages` of one document (SALNAME_MAX_PAGES). `seconds` from the first byte to the
    last claim (SALNAME_PARSE_SECONDS). `members` of one archive, those of archives within it included (SALNAME_MAX_MEMBERS).
    `unpacked_bytes` of all members together, and of the compressed parts of one Office file (SALNAME_MAX_UNPACKED_BYTES). `depth` of
    archives and messages within one another, the outermost being 1 (SALNAME_MAX_NESTING). `memory_bytes` of a process that reads, itself
    included (SALNAME_PARSE_MEMORY_BYTES).
    """

    bytes: int = 50_000_000
    pages: int = 5_000
    seconds: float = 120.0
    members: int = 5_000
    unpacked_bytes: int = 1_000_000_000
    depth: int = 4
    memory_bytes: int = 2_000_000_000
