"""Examples for the API's description. The town, the tram and the papers are invented."""

from typing import Any

from shared.domain.provenance import context

_CHRONOLOGY = "0198c5a0-0000-7000-8000-000000000001"
_ENTRY = "0198c5a0-3b1c-7a52-9d40-5f0c1e2a7b91"
_CLAIM = "0198c5a0-3b1c-7a52-9d40-5f0c1e2a7b91"
_OTHER = "0198c5b2-77aa-7c1e-8a11-0d4be2f3c6a8"
_DOCUMENT = "0198c5a0-3b1b-7f60-a2d1-41c7e5b8d003"
_SHA = "3f0a1c9be2d44f7786a0b5c1d2e3f405162738495a6b7c8d9eafb0c1d2e3f405"

SOURCE: dict[str, Any] = {
    "id": "0198c5a0-3b1a-7d2e-b3c4-6a7b8c9d0e1f",
    "title": "The tram comes to Alder Quay",
    "author": "Wren Holloway",
    "publisher": "The Alder Quay Lantern (invented)",
    "url": "https://lantern.example/1922/tram",
    "language": "en",
    "published": "1922-05-04",
}
DOCUMENT_REF: dict[str, Any] = {"id": _DOCUMENT, "filename": "lantern.txt", "sha256": _SHA, "source": SOURCE}
TEXT = "ALDER QUAY\n\nThe first tram line opened on 3 May 1922 with 12 carriages, all of them painted green.\n"
_PAGE = f"/chronologies/alder-quay/documents/{_DOCUMENT}"


def _cited(quote: str, anchor: str | None = None) -> dict[str, Any]:
    start = TEXT.index(quote)
    end = start + len(quote)
    prefix, suffix = context(TEXT, start, end)
    return {
        "claim_id": _CLAIM,
        "document": DOCUMENT_REF,
        "start": start,
        "end": end,
        "quote": quote,
        "prefix": prefix,
        "suffix": suffix,
        "page": None,
        "url": f"{_PAGE}#{anchor or f'p-{start}-{end}'}",
    }


CITATION = _cited("12 carriages")
_DATE_WORDS = _cited("3 May 1922")

CLAIM: dict[str, Any] = {
    **_cited("The first tram line opened on 3 May 1922 with 12 carriages", f"c-{_CLAIM}"),
    "entry_id": _ENTRY,
    "statement": "The first tram line opened on 3 May 1922 with 12 carriages, all of them painted green.",
    "language": "en",
    "modality": "happened",
    "confidence": "high",
    "extractor": {"name": "rules", "version": "1"},
    "date": {"start": 42, "end": 52, "quote": "3 May 1922", "edtf": "1922-05-03", "derivation": "explicit"},
    "values": [
        {
            "start": 58,
            "end": 70,
            "quote": "12 carriages",
            "attribute": "carriages",
            "value": "12",
            "shown": "12",
            "kind": "count",
            "bound": "exact",
            "upper": None,
            "unit": None,
        }
    ],
    "actors": [],
    "places": [],
    "attribution": None,
    "continues": None,
    "reading": {
        "date": "1922-05-03",
        "values": [{"attribute": "carriages", "shown": "12", "unit": None, "corrected_by": None}],
        "withdrawn_by": None,
        "corrections": [],
    },
}

_ALTERNATIVE: dict[str, Any] = {
    "value": "12",
    "shown": "12",
    "kind": "count",
    "bound": "exact",
    "upper": None,
    "unit": None,
    "corrected_from": None,
    "corrected_by": None,
    "citations": [CITATION],
    "denials": [],
}

ENTRY: dict[str, Any] = {
    "revision": 41,
    "id": _ENTRY,
    "url": f"/chronologies/alder-quay/entries/{_ENTRY}",
    "title": "The first tram line opened",
    "title_claim": _CLAIM,
    "status": "disputed",
    "disputed": True,
    "planned": False,
    "confidence": "high",
    "date": {
        "edtf": "1922-05-03",
        "status": "single-source",
        "earliest": "1922-05-03",
        "latest": "1922-05-03",
        "alternatives": [{"edtf": "1922-05-03", "corrected_by": None, "citations": [_DATE_WORDS]}],
    },
    "values": [
        {
            "attribute": "carriages",
            "status": "disputed",
            "alternatives": [_ALTERNATIVE, {**_ALTERNATIVE, "value": "14", "shown": "14", "citations": []}],
        }
    ],
    "claims": [CLAIM],
    "withdrawn": [],
    "links": [
        {
            "claims": [_CLAIM, _OTHER],
            "reasons": ["same day, 3 May 1922", "both are about opening"],
            "evidence": [
                {"kind": "same-days", "about": [], "dates": ["1922-05-03"]},
                {"kind": "both-about", "about": ["open"], "dates": []},
            ],
        }
    ],
    "corrections": [],
    "documents": [DOCUMENT_REF],
}

ENTRY_LIST: dict[str, Any] = {
    "revision": 41,
    "entries": [
        {
            "id": _ENTRY,
            "url": f"/chronologies/alder-quay/entries/{_ENTRY}",
            "title": "The first tram line opened",
            "date": "1922-05-03",
            "dates": ["1922-05-03"],
            "status": "disputed",
            "disputed": True,
            "planned": False,
            "confidence": "high",
            "values": [{"attribute": "carriages", "status": "disputed", "values": ["12", "14"]}],
            "claims": 2,
            "sources": 2,
        }
    ],
    "next": None,
    "previous": None,
}

NEAR_MISSES: dict[str, Any] = {
    "revision": 41,
    "id": _ENTRY,
    "url": f"/chronologies/alder-quay/entries/{_ENTRY}/near-misses",
    "title": "The first tram line opened",
    "limit": 5,
    "near_misses": [
        {
            "entry": {
                "id": _OTHER,
                "url": f"/chronologies/alder-quay/entries/{_OTHER}",
                "title": "The second tram line opened",
                "date": "1926",
                "dates": ["1926"],
                "status": "single-source",
                "disputed": False,
                "planned": False,
                "confidence": "high",
                "values": [],
                "claims": 1,
                "sources": 1,
            },
            "claims": [CLAIM, {**CLAIM, "claim_id": _OTHER, "entry_id": _OTHER}],
            "agrees": ["both are about opening"],
            "differs": ["the dates differ: 3 May 1922 and 1926"],
            "evidence": [{"kind": "both-about", "about": ["open"], "dates": []}],
            "objections": [{"kind": "dates-apart", "about": [], "dates": ["1922-05-03", "1926"]}],
        }
    ],
}

CHRONOLOGY: dict[str, Any] = {
    "id": _CHRONOLOGY,
    "slug": "alder-quay",
    "title": "Alder Quay",
    "description": "The harbour town and its trams",
    "url": "/chronologies/alder-quay",
    "revision": 41,
    "recorded": "2026-03-03T11:30:00Z",
    "log_head": 41,
    "documents": 4,
    "claims": 27,
    "entries": 11,
    "disputed": 2,
    "error": None,
}

DOCUMENT: dict[str, Any] = {
    "id": _DOCUMENT,
    "url": f"/chronologies/alder-quay/documents/{_DOCUMENT}",
    "filename": "lantern.txt",
    "media_type": "text/plain",
    "encoding": "utf-8",
    "language": "en",
    "language_detected": False,
    "sha256": _SHA,
    "size": 98,
    "text_sha256": _SHA,
    "length": 98,
    "parser": "text 1",
    "captured": "2026-03-02T09:15:00Z",
    "source": SOURCE,
    "claims": 1,
}

CORRECTION: dict[str, Any] = {
    "id": "0198c5c3-1111-7222-8333-444455556666",
    "change": {"kind": "amend-value", "claim_id": _OTHER, "attribute": "carriages", "value": "12", "start": None},
    "reason": "The paper printed a correction the week after: it was twelve.",
    "evidence": ["https://lantern.example/1922/corrections"],
    "state": "accepted",
    "proposed_by": "wren",
    "proposed_at": "2026-03-03T10:00:00Z",
    "decided_by": "ash",
    "decided_at": "2026-03-03T11:30:00Z",
    "decision_reason": "The printed correction says so.",
    "reverted_by": None,
    "reverted_at": None,
    "reversal_reason": "",
    "entries": [_ENTRY],
}

CHANGE: dict[str, Any] = {
    "specversion": "1.0",
    "id": f"{_CHRONOLOGY}:41",
    "source": "/v1/chronologies/alder-quay",
    "type": "chronology.changed",
    "typeversion": 1,
    "time": "2026-03-03T11:30:00+00:00",
    "subject": _CHRONOLOGY,
    "datacontenttype": "application/json",
    "chronology": _CHRONOLOGY,
    "revision": 41,
    "data": {
        "revision": 41,
        "previous": 38,
        "actor": "ash",
        "causes": [{"type": "correction.accepted", "subjects": [CORRECTION["id"]]}],
        "entries": [
            {
                "id": _ENTRY,
                "change": "changed",
                "title": "The first tram line opened",
                "date": "1922-05-03",
                "dates": ["1922-05-03"],
                "status": "corrected",
                "disputed": False,
                "claims": 2,
                "values": [{"attribute": "carriages", "status": "corrected", "values": ["12"]}],
            }
        ],
    },
}

CHANGES: dict[str, Any] = {"revision": 41, "changes": [CHANGE], "next": 41}
