import { createHash, timingSafeEqual } from "node:crypto";

/**
 * Does a request carry the session's token? As git sends it (`Basic`, token as the password, whatever the user's name: gh's credential helper
 * says `x-access-token`; or as the user's name without a password), and as gh and curl do (`token T`, `Bearer T`).
 */
export function carriesToken(request: Request, token: string): boolean {
  const [scheme, value] = (request.headers.get("authorization") ?? "").split(/ +/, 2);
  if (scheme === undefined || value === undefined) return false;
  switch (scheme.toLowerCase()) {
    case "token":
    case "bearer":
      return same(value, token);
    case "basic": {
      const decoded = Buffer.from(value, "base64").toString("utf8");
      const colon = decoded.indexOf(":");
      if (colon < 0) return false;
      const password = decoded.slice(colon + 1);
      return same(password, token) || ((password === "" || password === "x-oauth-basic") && same(decoded.slice(0, colon), token));
    }
    default:
      return false;
  }
}

// Digests have one length, so the comparison tells nothing about the token, not even how long it is.
function same(given: string, token: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(token));
}
