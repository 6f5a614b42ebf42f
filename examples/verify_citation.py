"""Check a citation proof of Salname without Salname: `python verify_citation.py citation.proof.json --key NAME+HASH+BASE64`.

Needs Python 3.11 or newer and the package `cryptography`; nothing is fetched from anywhere. Prints the citation and ends with 0 when every
part of it follows from what the log signed; else says what is wrong and ends with 1. Give `--key` again for every witness that is to have
cosigned. The forms are RFC 8785 (canonical JSON), RFC 6962 (Merkle tree) and C2SP's signed-note, tlog-checkpoint and tlog-cosignature.
"""

import argparse
import base64
import hashlib
import json
import re
import sys
from datetime import UTC, datetime

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

FORMAT = "salname-citation-proof/v1"
LAST_SECOND = 253_402_300_799  # of the year 9999, the last that can be shown
LOG, WITNESS = 1, 4  # the types of signed-note: over the text; over the text and the time
TEXT, WHOLE, MAYBE_TEXT, MAYBE_WHOLE = (str,), (int,), (str, type(None)), (int, type(None))
SOURCE = ("title", "author", "publisher", "url", "language", "published")
EVENTS = {"claim": "claim.recorded", "document": "document.captured", "source": "source.registered"}
VERSIONS = {"claim": 3, "document": 2, "source": 1}  # up to which each is known; later ones only added what a citation does not need


class Refused(Exception):
    """The file does not prove what it shows; the message says why."""


def demand(condition, message):
    """Refuse the file unless the condition holds."""
    if not condition:
        raise Refused(message)


def unbase64(text, what):
    """Read base64 in its one canonical spelling."""
    try:
        data = base64.b64decode(text, validate=True)
    except (ValueError, TypeError) as error:
        raise Refused(f"{what} is not base64") from error
    demand(base64.b64encode(data).decode() == text, f"{what} is base64 with stray bits at its end")
    return data


def canonical(value):
    """RFC 8785, for what a log holds: no floats, and names in ASCII."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def read_object(text, what):
    """Read a JSON object that can be read in one way only."""

    def members(pairs):
        demand(len(dict(pairs)) == len(pairs), f"{what} has a name twice in one object")
        return dict(pairs)

    def no_float(text):
        raise Refused(f"{what} has a number that is not whole: {text[:40]}")

    try:
        value = json.loads(text, object_pairs_hook=members, parse_float=no_float, parse_constant=no_float)
        canonical(value)  # half characters cannot be encoded
    except (ValueError, RecursionError) as error:
        raise Refused(f"{what} cannot be read as JSON: {str(error)[:200]}") from error
    demand(isinstance(value, dict), f"{what} is not a JSON object")
    return value


def take(value, name, types, what):
    """Return a member of an object that must be there and of the right type."""
    demand(isinstance(value, dict) and name in value and type(value[name]) in types, f"{what} has no {name}, or a wrong one")
    return value[name]


def take_all(value, names, types, what):
    """Return several members of one type."""
    return {name: take(value, name, types, what) for name in names}


def read_key(text):
    """Read a verifier key: its name, its id, its type and its 32 bytes."""
    name, _, rest = text.partition("+")
    key_hash, _, encoded = rest.partition("+")
    data = unbase64(encoded, "the key")
    demand(len(data) == 33 and data[0] in (LOG, WITNESS), "the key is not an Ed25519 key of a log or a witness: NAME+HASH+BASE64")
    key_id = hashlib.sha256(name.encode(errors="replace") + b"\n" + data).digest()[:4]
    demand(key_hash == key_id.hex(), "the key does not have the hash that it states: it was copied incompletely or altered")
    return name, key_id, data[0], data[1:]


def read_note(note):
    """Return the text of a signed note and its signatures: name, key id, and the rest."""
    text, blank, below = note.rpartition("\n\n")
    demand(blank and below.endswith("\n"), "the checkpoint is not a signed note")
    demand(not re.search(r"[\x00-\x09\x0b-\x1f]", note), "the checkpoint has control characters in it")
    signatures = []
    lines = below[:-1].split("\n")
    demand(len(lines) <= 100, "the checkpoint has too many signatures")
    for line in lines:
        form = re.fullmatch(r"— ([^\s+]+) ([A-Za-z0-9+/]+=*)", line)
        demand(form, f"the checkpoint has a line that is no signature: {line[:80]!r}")
        data = unbase64(form[2], f"the signature of {form[1]}")
        signatures.append((form[1], data[:4], data[4:]))
    return text + "\n", signatures


def check_signature(text, signatures, key):
    """Refuse unless the key signed; return the latest time that a witness states."""
    name, key_id, kind, public_key = key
    found = [data for signer, signer_id, data in signatures if (signer, signer_id) == (name, key_id)]
    demand(found, f"no signature of the checkpoint is by the key {name}+{key_id.hex()}")
    latest = 0
    for data in found:
        message = text.encode()
        if kind == WITNESS:
            timestamp, data = int.from_bytes(data[:8], "big"), data[8:]
            demand(timestamp < 2**63, f"the cosignature of {name} states a time that is out of range")
            message, latest = f"cosignature/v1\ntime {timestamp}\n{text}".encode(), max(latest, timestamp)
        try:
            Ed25519PublicKey.from_public_bytes(public_key).verify(data, message)
        except (InvalidSignature, ValueError) as error:
            raise Refused(f"the signature of {name} does not hold: the checkpoint was altered, or another key made it") from error
    return latest


def check_checkpoint(note, keys):
    """Return origin, size and root of a checkpoint that every key given has signed, and the witnesses with their times."""
    text, signatures = read_note(note)
    lines = text[:-1].split("\n")
    form = len(lines) >= 3 and all(lines) and re.fullmatch(r"0|[1-9][0-9]{0,18}", lines[1])
    demand(form and int(lines[1]) < 2**63, "the checkpoint does not have the lines origin, size and root")
    origin, size, root = lines[0], int(lines[1]), unbase64(lines[2], "the root in the checkpoint")
    logs = [key for key in keys if key[2] == LOG]
    demand(logs, "give the key of the log: one that signs checkpoints, not only a witness's")
    demand(all(key[0] == origin for key in logs), f"the checkpoint is of the log {origin[:200]!r}, the key of another one")
    used = [key for key in logs if key[:2] in [signature[:2] for signature in signatures]] or logs  # a log may have changed its key
    for key in used:
        check_signature(text, signatures, key)
    return origin, size, root, [(key[0], check_signature(text, signatures, key)) for key in keys if key[2] == WITNESS]


def check_inclusion(leaf, index, size, proof, root, what):
    """Walk from a leaf up to the root (RFC 9162, 2.1.3.2)."""
    demand(0 <= index < size, f"{what} stands outside the tree of the checkpoint")
    demand(all(len(each) == 32 for each in (*proof, root)), f"the proof of {what} has a hash of a wrong length")
    place, last, reached = index, size - 1, hashlib.sha256(b"\x00" + leaf).digest()
    for sibling in proof:
        demand(last > 0, f"the proof of {what} has too many hashes")
        right = place & 1 or place == last
        reached = hashlib.sha256(b"\x01" + (sibling + reached if right else reached + sibling)).digest()
        while right and not place & 1:
            place, last = place >> 1, last >> 1
        place, last = place >> 1, last >> 1
    demand(last == 0 and reached == root, f"the proof of {what} does not lead to the root that the log signed")


def open_event(file, part, origin, size, root):
    """Return the envelope and the data of a stored event, once it is shown to stand in the log."""
    what, proven = f"the event {EVENTS[part]}", take(file, part, (dict,), "the file")
    demand(set(proven) == {"event", "index", "proof", "key"}, f"{what} does not come with event, index, proof and key")
    event, index, hashes = (take(proven, name, types, what) for name, types in (("event", TEXT), ("index", WHOLE), ("proof", (list,))))
    event, hashes = event.encode(), [unbase64(each, f"a hash in the proof of {what}") for each in hashes]
    check_inclusion(event, index, size, hashes, root, what)
    envelope = read_object(event.decode(), what)
    demand(canonical(envelope) == event, f"{what} is not in canonical form")
    demand(envelope.get("type") == EVENTS[part], f"another event stands in the place of {what}")
    known = 1 <= take(envelope, "typeversion", WHOLE, what) <= VERSIONS[part]
    demand(known, f"{what} is of a version that this program does not know: get a newer one")
    demand(take(envelope, "position", WHOLE, what) == index + 1, f"{what} stands at another position than its proof says")
    chronology = take(envelope, "chronology", TEXT, what)
    demand(origin == f"salname.org/log/{chronology}", f"{what} is of another chronology than the checkpoint")
    key = take(proven, "key", MAYBE_TEXT, what)
    demand(("data" in envelope) != ("data_base64" in envelope), f"{what} has its data neither open nor sealed, or both")
    demand((key is None) == ("data" in envelope), f"{what} is sealed and comes without its key, or the other way round")
    if key is None:
        return envelope, take(envelope, "data", (dict,), what)
    secret, sealed = unbase64(key, f"the key to {what}"), unbase64(take(envelope, "data_base64", TEXT, what), f"the sealed part of {what}")
    demand(hashlib.sha256(secret).hexdigest() == envelope.get("keyhash"), f"the key to {what} is not the one that the event names")
    context = "\n".join(take(envelope, name, TEXT, what) for name in ("chronology", "type", "subject"))
    try:
        return envelope, read_object(AESGCM(secret).decrypt(sealed[:12], sealed[12:], context.encode()).decode(), what)
    except (InvalidTag, ValueError) as error:
        raise Refused(f"{what} does not open with its key") from error


def verify(data, keys):
    """Return the citation that a file proves, with the envelope of its claim and the witnesses."""
    try:
        file = read_object(data.decode(), "the file")
    except UnicodeDecodeError as error:
        raise Refused("the file is not UTF-8 text") from error
    demand(set(file) == {"format", "citation", "checkpoint", "checksum", *EVENTS}, "the file does not have the parts of a citation proof")
    demand(file["format"] == FORMAT, f"the file is no {FORMAT}")
    origin, size, root, witnesses = check_checkpoint(take(file, "checkpoint", TEXT, "the file"), keys)
    (recorded, said), (_, captured), (_, registered) = (open_event(file, part, origin, size, root) for part in EVENTS)
    claim, details = take(said, "claim", (dict,), "the claim"), take(registered, "details", (dict,), "the source")
    source = {**take_all(details, SOURCE, MAYBE_TEXT, "the source"), "id": take(registered, "source_id", TEXT, "the source")}
    document = take_all(captured, ("sha256",), TEXT, "the document")
    document.update(take_all(captured, ("filename",), MAYBE_TEXT, "the document"), source=source)
    document["id"] = take(captured, "document_id", TEXT, "the document")
    if "data_base64" in recorded and recorded["typeversion"] >= 3:  # the envelope says of which claim and document this is
        demand(not {"id", "document_id"} & set(claim), "the claim says twice which one it is")
        claim = {**claim, "id": recorded.get("subject"), "document_id": recorded.get("document")}
    claim = {"page": None, "prefix": "", "suffix": "", **claim}  # what is sealed leaves out what is null or empty
    citation = take_all(claim, ("quote", "prefix", "suffix"), TEXT, "the claim")
    citation.update(take_all(claim, ("start", "end"), WHOLE, "the claim"))
    citation["page"] = take(claim, "page", MAYBE_WHOLE, "the claim")
    citation.update(chronology=recorded["chronology"], claim_id=take(claim, "id", TEXT, "the claim"), document=document)
    same = (recorded.get("subject"), claim.get("document_id"), captured.get("source_id")) == (claim["id"], document["id"], source["id"])
    demand(same and recorded.get("document", document["id"]) == document["id"], "claim, document and source do not belong together")
    demand(citation["start"] >= 0, "the quote of the claim stands before the beginning of its document")
    demand(citation["end"] - citation["start"] == len(citation["quote"]), "the quote is not as long as its span")
    demand(canonical(file["citation"]) == canonical(citation), "the citation in the file is not the one that its events give")
    rest = {name: value for name, value in file.items() if name != "checksum"}
    damage = "the file was altered in a line that no key at hand vouches for: its checksum is another"
    demand(hashlib.sha256(canonical(rest)).hexdigest() == file["checksum"], damage)
    return citation, recorded, size, witnesses


def main(arguments=None):
    """Run the command; return its exit code."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("file")
    options.add_argument("--key", action="append", required=True, help="the key of the log, and of each witness that is to have cosigned")
    given = options.parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # a terminal need not know every alphabet
    try:
        with open(given.file, "rb") as file:
            citation, recorded, size, witnesses = verify(file.read(), [read_key(key) for key in given.key])
    except (Refused, OSError) as error:
        print(f"REFUSED: {error}", file=sys.stderr)
        return 1
    document = citation["document"]
    lines = {"quote": citation["quote"], "stands at": f"{citation['start']}–{citation['end']} of the text", "page": citation["page"]}
    lines.update({f"document {name}": document[name] for name in ("filename", "sha256", "id")})
    lines.update({f"source {name}": value for name, value in document["source"].items()})
    lines.update({"claim": citation["claim_id"], "recorded": f"position {recorded['position']} of {size}, {recorded.get('time')}"})
    lines.update({f"witness {name}": f"saw this log at {datetime.fromtimestamp(min(at, LAST_SECOND), UTC)}" for name, at in witnesses})
    print(f"The citation stands in the log of the chronology {citation['chronology']}.")
    for name, value in lines.items():
        if value is not None:  # what a document says may hold characters that move a terminal's cursor
            print(f"{name}: {''.join(c if c.isprintable() else c.encode('unicode_escape').decode() for c in str(value))}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
