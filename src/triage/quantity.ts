import type { JsonValue } from "../messages/conversation.ts";

const suffixes: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** A Kubernetes quantity in its base unit (bytes, cores), in any legal spelling; `undefined` where it is none (`256MB`). */
export function quantity(value: JsonValue | undefined): number | undefined {
  const text = typeof value === "number" ? String(value) : value;
  if (typeof text !== "string" || text.length > 40) return undefined;
  const [, number, exponent = "", suffix = ""] = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:([eE][+-]?\d+)|([A-Za-z]{1,2}))?$/.exec(text) ?? [];
  const factor = Object.hasOwn(suffixes, suffix) ? suffixes[suffix] : undefined;
  return number === undefined || factor === undefined ? undefined : Number(number + exponent) * factor;
}

/** A number of bytes as people write one for a container: `192Mi`, rounded up to whole mebibytes, in gibibytes where they are whole. */
export function asBytes(bytes: number): string {
  const mebibytes = Math.ceil(bytes / 2 ** 20);
  return mebibytes % 1024 === 0 ? `${mebibytes / 1024}Gi` : `${mebibytes}Mi`;
}
