"""Examples of answers about searches, for the API's description."""

FACETS = {
    "revision": 42,
    "total": 3,
    "disputed": 1,
    "status": [{"value": "corroborated", "count": 2}, {"value": "single-source", "count": 1}],
    "source": [{"value": "01936b2e-5a3c-7c10-9f00-52b1c0de0001", "name": "Harbour Gazette", "count": 3}],
    "place": [{"value": "Alder Quay", "name": "Alder Quay", "count": 2}],
    "actor": [{"value": "Harbour Board", "name": "Harbour Board", "count": 1}],
    "year": [{"value": "1911", "name": "1911", "count": 3}],
}
