"""A second implementation of docs/FLAGS.md. Reads {"flag", "salt", "variants", "keys"} a line, writes the variants."""

import hashlib
import json
import sys


def bucket(flag, salt, key):
    digest = hashlib.sha256(b"\x1f".join(part.encode() for part in (flag, salt, key))).digest()
    return int.from_bytes(digest[:8], "big") % 100_000


def variant(flag, salt, variants, key):
    shares = {name: round(percent * 1000) for name, percent in variants.items()}
    whole = [name for name, share in shares.items() if share == 100_000]
    if whole:
        return whole[0]
    others = sorted((name for name in shares if name != "A"), key=str.encode)
    own = bucket(flag, salt, key)
    for number, name in enumerate(others):
        if len(others) == 2 and number == 1:
            first = 100_000 - shares[name]
        else:
            first = 0 if len(others) < 3 else 100_000 * number // len(others)
        if first <= own < first + shares[name]:
            return name
    return "A"


if __name__ == "__main__":
    for line in sys.stdin:
        asked = json.loads(line)
        if "vectors" in asked:
            print(json.dumps([bucket(*parts) for *parts, _ in asked["vectors"]]))
        else:
            told = [variant(asked["flag"], asked["salt"], asked["variants"], key) for key in asked["keys"]]
            print(json.dumps(told))
        sys.stdout.flush()
