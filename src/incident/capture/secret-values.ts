import { membersAt, textsAt, type RecordedObject } from "../cluster/recorded-object.ts";

/** The values that the cluster's own Secrets hold, to be found wherever else they stand. */
export interface SecretValues {
  /** The text with every value replaced; the same text where it holds none. */
  replace(text: string): string;
  holds(text: string): boolean;
}

export const redacted = "REDACTED";

/** Shorter ones would match by chance; longer ones (a whole release, packed) stand nowhere else. */
const shortest = 6;
const longest = 4096;
const publicBlock =
  /-----BEGIN (?:TRUSTED )?(?:CERTIFICATE|PUBLIC KEY|X509 CRL)-----[\s\S]*?-----END (?:TRUSTED )?(?:CERTIFICATE|PUBLIC KEY|X509 CRL)-----/g;

/**
 * Collects the values of Secrets: each whole, each long line of those with several, as they are, as base64 and as URLs write them. A value
 * that is a name in use (a user called like the service) is not looked for elsewhere, nor is a certificate, a port or a yes-or-no.
 */
export function secretValues(secrets: Iterable<RecordedObject>, names: ReadonlySet<string>): SecretValues {
  const found = new Set<string>();
  for (const secret of secrets)
    for (const value of valuesOf(secret))
      for (const part of partsOf(value)) {
        if (part.length < shortest || part.length > longest || names.has(part) || isPlain(part)) continue;
        for (const form of [part, Buffer.from(part).toString("base64"), encodeURIComponent(part), JSON.stringify(part).slice(1, -1)])
          found.add(form);
      }
  if (found.size === 0) return { replace: (text) => text, holds: () => false };
  // The longest first: a value may be the beginning of another.
  const sorted = [...found].sort((a, b) => b.length - a.length);
  const pattern = new RegExp(sorted.map((text) => text.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`)).join("|"), "g");
  return {
    replace: (text) => text.replaceAll(pattern, redacted),
    holds: (text) => text.search(pattern) !== -1,
  };
}

function valuesOf(secret: RecordedObject): string[] {
  const encoded = Object.values(membersAt(secret, "data")).filter((value): value is string => typeof value === "string");
  return [...encoded.map((value) => Buffer.from(value, "base64").toString("utf8")), ...Object.values(textsAt(secret, "stringData"))];
}

function partsOf(value: string): string[] {
  const text = value.replaceAll(publicBlock, "");
  const trimmed = text.trim();
  const lines = trimmed.split(/\r?\n/);
  // A line of a file is looked for where it is long enough to be nothing but this file's.
  const own = lines.length < 2 ? [] : lines.map((line) => line.trim()).filter((line) => line.length >= 16 && !line.startsWith("-----"));
  return [...new Set([text, trimmed, ...own, ...assigned(lines), ...membersOfJson(trimmed)])];
}

/** The right-hand sides of a file of settings. */
function assigned(lines: readonly string[]): string[] {
  return lines.flatMap((line) => {
    const value = /^\s*[\w.-]*(?:pass|pwd|secret|token|key|credential)[\w.-]*\s*[:=]\s*["']?([^"']+?)["']?\s*$/i.exec(line)?.[1];
    return value === undefined ? [] : [value];
  });
}

/** The texts in a JSON document that are named as secrets are, as in a registry's login. */
function membersOfJson(text: string): string[] {
  if (!text.startsWith("{")) return [];
  const texts: string[] = [];
  try {
    JSON.parse(text, (key, value: unknown) => {
      if (typeof value === "string" && /pass|auth|secret|token|key/i.test(key)) texts.push(value);
      return value;
    });
  } catch {
    return [];
  }
  return texts;
}

/** Says nothing by itself: a number, a yes-or-no, a path, an address without a login in it. */
function isPlain(text: string): boolean {
  return (
    /^(?:true|false|null|none|\d{1,6})$/i.test(text) ||
    /^\/[\w./-]*$/.test(text) ||
    /^(?:[a-z][a-z0-9+.-]*:\/\/)?[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::\d{1,5})?\/?$/.test(text) ||
    /^(?:[a-z][a-z0-9+.-]*:\/\/)[a-z0-9-]+(?::\d{1,5})?\/?$/.test(text)
  );
}
