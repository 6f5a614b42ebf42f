"""Witness a log of Salname: `python witness.py ADDRESS/v1/chronologies/SLUG --key VKEY --name NAME --token TOKEN`.

Needs Python 3.11 or newer and the packages `cryptography` and `httpx`. Fetches the newest checkpoint, checks that it continues the one that
was kept in a file the last time, keeps it, and hands in a cosignature (C2SP tlog-cosignature). A log that does not continue its past is
refused loudly: nothing is signed, the checkpoint is put beside the kept one as evidence, and the program ends with 1.
"""

import argparse
import base64
import hashlib
import os
import sys
import time
from pathlib import Path

import httpx
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey


class Refused(Exception):
    """The log shows something that must not be cosigned; the message says what."""


def demand(condition, message):
    """Refuse unless the condition holds."""
    if not condition:
        raise Refused(message)


def key_id(name, kind, public):
    """The four bytes by which a signature line names its key (C2SP signed-note)."""
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:4]


def read_checkpoint(note, vkeys):
    """Return origin, size and root of a checkpoint that one of the log's keys signed, and the text that was signed."""
    text, _, below = note.rpartition("\n\n")
    text += "\n"
    origin, size, root = text.splitlines()[:3]
    for vkey in vkeys:
        name, _, rest = vkey.partition("+")
        data = base64.b64decode(rest.partition("+")[2], validate=True)
        for line in below.splitlines():
            signer, _, encoded = line.removeprefix("— ").partition(" ")
            signature = base64.b64decode(encoded, validate=True)
            if (signer, signature[:4], data[0], origin) != (name, key_id(name, 1, data[1:]), 1, name):
                continue
            try:
                Ed25519PublicKey.from_public_bytes(data[1:]).verify(signature[4:], text.encode())
            except InvalidSignature as error:
                raise Refused("the signature of the log does not hold") from error
            return origin, int(size), base64.b64decode(root, validate=True), text
    raise Refused("the checkpoint is not signed by the log's key")


def check_consistency(old, new, old_root, new_root, proof):
    """Check that the tree of `new` leaves begins with the tree of `old` leaves (RFC 9162, 2.1.4.2), for 0 < old < new."""
    path = list(proof) if old & (old - 1) else [old_root, *proof]
    demand(path and all(len(each) == 32 for each in path), "the consistency proof is not made of hashes")
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    first = second = path[0]
    for sibling in path[1:]:
        demand(last > 0, "the consistency proof has too many hashes")
        if place & 1 or place == last:
            first = hashlib.sha256(b"\x01" + sibling + first).digest()
            second = hashlib.sha256(b"\x01" + sibling + second).digest()
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            second = hashlib.sha256(b"\x01" + second + sibling).digest()
        place, last = place >> 1, last >> 1
    demand(last == 0 and (first, second) == (old_root, new_root), f"the log of {new} events does not begin with the {old} seen before")


def check_past(client, log, kept, seen):
    """Check that what the log shows now continues what was kept."""
    (name, old, old_root, _), (origin, new, new_root, _) = kept, seen
    demand(origin == name, f"this is the log {origin}, and the one that was seen before is {name}")
    demand(new >= old, f"the log has {new} events now, and {old} were signed before")
    if new == old:
        demand(new_root == old_root, f"two different logs of {new} events were signed")
        return
    answer = client.get(f"{log}/proofs/consistency", params={"from": old, "to": new}).raise_for_status()
    check_consistency(old, new, old_root, new_root, [base64.b64decode(each, validate=True) for each in answer.json()["hashes"]])


def own_key(path):
    """Return the witness's private key, made when there is none yet."""
    if not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(base64.b64encode(os.urandom(32)))
    return Ed25519PrivateKey.from_private_bytes(base64.b64decode(path.read_bytes(), validate=True))


def cosign(name, private, text):
    """Return the witness's verifier key and its signature line on a checkpoint, as of now."""
    public, now = private.public_key().public_bytes_raw(), int(time.time())
    made = private.sign(f"cosignature/v1\ntime {now}\n{text}".encode())
    identity = key_id(name, 4, public)
    vkey = f"{name}+{identity.hex()}+{base64.b64encode(bytes([4]) + public).decode()}"
    return vkey, f"— {name} {base64.b64encode(identity + now.to_bytes(8, 'big') + made).decode()}"


def witness(client, options):
    """Look at the log once; return what to tell."""
    log, kept_in = options.log.rstrip("/"), Path(options.state)
    note = client.get(f"{log}/checkpoint").raise_for_status().text
    kept = kept_in.read_text("utf-8") if kept_in.exists() else None
    try:
        seen = read_checkpoint(note, options.key)
        if kept is not None:
            check_past(client, log, read_checkpoint(kept, options.key), seen)
    except Refused:
        kept_in.with_name(f"{kept_in.name}.refused").write_text(note, "utf-8")
        raise
    # Kept before it is signed: a witness that forgets what it signed could be made to sign two pasts.
    fresh = kept_in.with_name(f"{kept_in.name}.new")
    fresh.write_text(note, "utf-8")
    os.replace(fresh, kept_in)
    vkey, line = cosign(options.name, own_key(Path(options.private)), seen[3])
    headers = {"Authorization": f"Bearer {options.token}"}
    submit = f"{(options.submit or log).rstrip('/')}/checkpoints/{seen[1]}/cosignatures"
    client.post(submit, headers=headers, json={"vkey": vkey, "signature": line}).raise_for_status()
    trusted = "" if kept is not None else " It is the first that was seen: everything from here on has to continue it."
    return f"cosigned {seen[0]} at {seen[1]} events as {vkey}{trusted}"


def main(arguments=None):
    """Run the command; return its exit code."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("log", help="the address of the chronology in the API")
    options.add_argument("--key", action="append", required=True, help="the key of the log; all of them, if it has changed its key")
    options.add_argument("--name", required=True, help="the name to sign under, such as witness.example/me")
    options.add_argument("--token", required=True, help="an API token with the role contributor")
    options.add_argument("--state", default="witnessed-checkpoint", help="the file that keeps what was seen")
    options.add_argument("--private", default="witness-key", help="the file of the private key; made if there is none")
    options.add_argument("--submit", help="the same address at ingest, where that is another server")
    options.add_argument("--every", type=float, help="look again after so many seconds, until stopped")
    given = options.parse_args(arguments)
    while True:
        try:
            with httpx.Client(timeout=30) as client:
                print(witness(client, given), flush=True)
        except Refused as refused:
            print(f"REFUSED: {refused}. Keep {given.state} and {given.state}.refused: they are the evidence.", file=sys.stderr)
            return 1
        except (httpx.HTTPError, ValueError, LookupError, OSError) as error:
            print(f"could not look: {error}", file=sys.stderr)
            if given.every is None:
                return 2
        if given.every is None:
            return 0
        time.sleep(given.every)


if __name__ == "__main__":
    sys.exit(main())
