"""Verifies session tokens with PyJWT and its client for published keys: a token a line in, a line of JSON out.

    verify_tokens.py URL_OF_THE_KEYS ISSUER
"""

import json
import sys

import jwt

keys, issuer = sys.argv[1:3]
# Of its own accord it asks again after 30 s at the earliest; a test has not that much time.
client = jwt.PyJWKClient(keys, cooldown_duration=0.1)
for line in sys.stdin:
    token = line.strip()
    try:
        key = client.get_signing_key_from_jwt(token)
        claims = jwt.decode(
            token,
            key.key,
            algorithms=["EdDSA"],
            audience="echopilot",
            issuer=issuer,
            options={"require": ["exp", "iat", "iss", "aud", "sub", "jti"]},
        )
        answer = {"ok": True, "sub": claims["sub"]}
    except jwt.PyJWTError as error:
        answer = {"ok": False, "why": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)
