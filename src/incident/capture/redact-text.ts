import { redacted, type SecretValues } from "./secret-values.ts";

/** Why something was taken out; the manifest of a capture says so, and never what it was. */
export type Reason = "value of a Secret" | "private key" | "token" | "authorization" | "password in an address" | "named as a secret";

export interface Redactor {
  readonly values: SecretValues;
  /** See `namesInUse`: what stands beside a secret's name and is a name itself is a reference. */
  readonly names: ReadonlySet<string>;
}

export interface Redacted {
  readonly text: string;
  readonly reasons: readonly Reason[];
}

const privateKey = /(-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----)[\s\S]*?(-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|$)/g;

/** Credentials that are known by how they look. */
const tokens: readonly RegExp[] = [
  // JSON web tokens: a header and a body that begin as every JSON object does.
  /\beyJ[\w-]{8,}\.eyJ[\w-]{8,}(?:\.[\w-]*)?/g,
  /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g,
  /\bgh[opsur]_[A-Za-z0-9]{30,}\b/g,
  /\bgithub_pat_\w{40,}\b/g,
  /\bgl(?:pat|dt|rt|ptt)-[\w-]{20,}/g,
  /\bxox[abeoprs]-[\w-]{10,}/g,
  /\bAIza[\w-]{35}/g,
  /\bya29\.[\w-]{20,}/g,
  /\b[prs]k_(?:live|test)_[A-Za-z0-9]{10,}\b/g,
  /\bsk-(?:[a-z]+-)*[\w-]{20,}/g,
  /\bnpm_[A-Za-z0-9]{36}\b/g,
  /\bSG\.[\w-]{16,}\.[\w-]{16,}/g,
  /\bpypi-[\w-]{40,}/g,
  /\bdop_v1_[a-f0-9]{64}\b/g,
  /\bhv[bs]\.[\w-]{20,}/g,
  /\bAGE-SECRET-KEY-1[0-9A-Z]{50,}\b/g,
];

const schemeAuthorization = /\b(bearer|basic)(\s+)(?=[\w.~+/=-]*[\d+/=])[\w.~+/-]{8,}=*/gi;
const headerAuthorization = /(\b(?:proxy-)?authorization\\?["']?\s*[:=]\s*\\?["']?(?:[a-z]+\s+)?)([^\s"',\\]{6,})/gi;
const cookie = /(\b(?:set-)?cookie\\?["']?\s*:\s*\\?["']?)([^"'\n\\]{4,})/gi;
// A port and a path in the place of the password is an address without one.
const urlPassword = /(\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:/@?#"'<>]*:)(?!\d{1,5}(?:[/?#]|$))([^\s"'<>@]+)(?=@)/gi;

const word = String.raw`[\w.-]*(?:passw(?:or)?d|passphrase|passwd|pwd|secret|token|(?:api|access|account|private|signing|encryption)[_-]?key|credential)s?`;
const named = new RegExp(
  String.raw`(?<lead>^|[^\w.-])(?<name>${word})(?<quote>\\*["']?)(?<between>\s*(?:=>|:=|[:=])\s*|\s*=\s*)(?<value>\\*"[^"\\\n]*\\*"|'[^'\n]*'|[^\s,;&"'<>)}\]\\]+)`,
  "gim",
);
const flag = new RegExp(String.raw`(?<lead>(?:^|\s)--?${word}[ =])(?<value>"[^"\n]*"|'[^'\n]*'|[^\s"']+)`, "gim");

/**
 * Takes out of a text whatever is a secret or looks like one. Pure. `code` is a program's source, where `password = argument` is no
 * password: there only what is known by its value or its look goes.
 */
export function redactText(text: string, redactor: Redactor, kind: "text" | "code" = "text"): Redacted {
  const reasons = new Set<Reason>();
  let now = text;
  const step = (reason: Reason, change: (text: string) => string): void => {
    const next = change(now);
    if (next !== now) reasons.add(reason);
    now = next;
  };
  step("value of a Secret", (before) => redactor.values.replace(before));
  if (now.includes("PRIVATE KEY")) step("private key", (before) => before.replaceAll(privateKey, withoutKey));
  step("token", (before) => tokens.reduce((all, pattern) => all.replaceAll(pattern, redacted), before));
  step("password in an address", (before) => before.replaceAll(urlPassword, `$1${redacted}`));
  if (kind === "code") return { text: now, reasons: [...reasons] };
  step("authorization", (before) =>
    before
      .replaceAll(schemeAuthorization, (_, scheme: string, space: string) => `${scheme}${space}${redacted}`)
      .replaceAll(headerAuthorization, `$1${redacted}`)
      .replaceAll(cookie, `$1${redacted}`),
  );
  step("named as a secret", (before) => before.replaceAll(named, (...match) => replaceNamed(match, redactor)));
  step("named as a secret", (before) => before.replaceAll(flag, (...match) => replaceFlag(match, redactor)));
  return { text: now, reasons: [...reasons] };
}

/** A value under a name such as `password` or `API_KEY`, unless it says nothing or is a reference. */
export function isHarmless(value: string, names: ReadonlySet<string>): boolean {
  const plain = value.trim().replaceAll(/^[\\"']+|[\\"']+$/g, "");
  return (
    plain === "" ||
    plain.includes(redacted) ||
    names.has(plain) ||
    /^(?:true|false|null|nil|none|undefined|yes|no|on|off|unset|missing|empty|\*+|\d{1,5}|\d{1,6}(?:ms|s|m|h|d|Mi|Gi)?)$/i.test(plain) ||
    /^\/[\w./-]*$/.test(plain) ||
    /^(?:\$\(|\$\{|\$[A-Z_]+$|\{\{|<)/.test(plain) ||
    /^[a-z][a-z0-9+.-]{1,20}:\/\/[^\s@]*$/i.test(plain)
  );
}

/** In the place of a key with lines is one with lines; a key in one line of JSON stays in its line. */
function withoutKey(whole: string, begin: string, end: string): string {
  const between = whole.includes("\n") ? "\n" : "";
  return [begin, redacted, end].join(between);
}

interface NamedGroups {
  readonly lead: string;
  readonly name: string;
  readonly quote: string;
  readonly between: string;
  readonly value: string;
}

function replaceNamed(match: readonly unknown[], { names }: Redactor): string {
  const whole = String(match[0]);
  const { lead, name, quote, between, value } = match.at(-1) as NamedGroups;
  if (isHarmless(value, names)) return whole;
  // "the token: expired" is prose; a line that begins with the name is a setting.
  const [at, text] = [Number(match.at(-3)), String(match.at(-2))];
  const beginsLine = /^[\s-]*$/.test(text.slice(text.lastIndexOf("\n", at) + 1, at + lead.length));
  if (!beginsLine && quote === "" && /^:\s+$/.test(between) && /^[a-z]+[.!]?$/.test(value)) return whole;
  const open = /^\\*["']/.exec(value)?.[0] ?? "";
  const close = open === "" ? "" : (/\\*["']$/.exec(value)?.[0] ?? "");
  return `${lead}${name}${quote}${between}${open}${redacted}${close}`;
}

function replaceFlag(match: readonly unknown[], { names }: Redactor): string {
  const { lead, value } = match.at(-1) as Pick<NamedGroups, "lead" | "value">;
  return isHarmless(value, names) || value.startsWith("-") ? String(match[0]) : `${lead}${redacted}`;
}
