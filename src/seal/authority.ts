/** A host name and a port, as a Host header or the target of CONNECT has them. */
export interface Authority {
  /** In lower case, without a trailing dot. */
  readonly host: string;
  readonly port: number | undefined;
}

const pattern = /^([a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?)\.?(?::(\d{1,5}))?$/i;

/** Undefined for what is not a plain host name with an optional port: an address in brackets, credentials, control characters. */
export function parseAuthority(text: string): Authority | undefined {
  const match = pattern.exec(text);
  if (match?.[1] === undefined) return undefined;
  const port = match[2] === undefined ? undefined : Number(match[2]);
  if (port !== undefined && (port < 1 || port > 65_535)) return undefined;
  return { host: match[1].toLowerCase(), port };
}
