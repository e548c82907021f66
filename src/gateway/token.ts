import { createHash, timingSafeEqual } from "node:crypto";

/** Does the request carry the session's token, as `authorization: Bearer` or as `x-api-key`? Takes the same time whatever is sent. */
export function carriesToken(headers: Headers, token: string): boolean {
  const bearer = /^Bearer +(.+)$/i.exec(headers.get("authorization") ?? "")?.[1] ?? "";
  const byBearer = sameText(bearer, token);
  const byKey = sameText(headers.get("x-api-key") ?? "", token);
  return token !== "" && (byBearer || byKey);
}

/** Digests have one length, so the comparison says nothing about the length of the token either. */
function sameText(a: string, b: string): boolean {
  return timingSafeEqual(digest(a), digest(b));
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
