// Verifies session tokens with jose and its client for published keys: a token a line in, a line of JSON out.
//
//     verify_tokens.mjs URL_OF_THE_KEYS ISSUER

import { createInterface } from "node:readline";
import { createRemoteJWKSet, jwtVerify } from "jose";

const [keys, issuer] = process.argv.slice(2);
// Of its own accord it asks again after 30 s at the earliest; a test has not that much time.
const published = createRemoteJWKSet(new URL(keys), { cooldownDuration: 100 });
for await (const line of createInterface({ input: process.stdin })) {
  let answer;
  try {
    const { payload } = await jwtVerify(line.trim(), published, {
      algorithms: ["EdDSA"],
      audience: "echopilot",
      issuer,
      typ: "at+jwt",
      requiredClaims: ["exp", "iat", "iss", "aud", "sub", "jti"],
    });
    answer = { ok: true, sub: payload.sub };
  } catch (error) {
    answer = { ok: false, why: `${error.code}: ${error.message}` };
  }
  console.log(JSON.stringify(answer));
}
