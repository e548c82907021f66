/** What `cloister bench --json` prints: one row a figure. */
export interface Row {
  readonly id: RowId;
  /** Null where it could not be measured; `raw.skipped` then says why, and `raw.install` with which command it can be. */
  readonly value: number | null;
  readonly unit: string;
  readonly better: "higher" | "lower";
  readonly raw: Readonly<Record<string, unknown>>;
  /** Of every part that was measured, by its name. */
  readonly versions: Versions;
}

export type Versions = Readonly<Record<string, string>>;

/** What a row's measurement comes to. */
export type Measured =
  | { readonly value: number; readonly raw: Readonly<Record<string, unknown>>; readonly versions: Versions }
  | { readonly skipped: string; readonly install?: string | undefined; readonly raw?: Readonly<Record<string, unknown>> };

/** Every row in the order in which a whole run measures them: the short ones first. What it says is printed beside the figure. */
export const rowKinds = {
  "overhead-ms": { unit: "ms", better: "lower", says: "the gateway's part of a 96 KB request with 50 streamed tokens, p50" },
  "event-us": { unit: "µs", better: "lower", says: "the gateway's part of one streamed event" },
  "engine-prefill": { unit: "ratio", better: "higher", says: "prefill rate against llama.cpp's own program" },
  "engine-decode": { unit: "ratio", better: "higher", says: "decode rate against llama.cpp's own program" },
  "cancel-ms": { unit: "ms", better: "lower", says: "from hanging up in the middle of a prefill to an idle engine" },
  restore: { unit: "share", better: "lower", says: "first turn of a new process with stored state, as a share of its prefill" },
  session: { unit: "×", better: "higher", says: "how many times longer the recipe takes for the whole session" },
  cached: { unit: "share", better: "higher", says: "prompt tokens of the session that came from kept state" },
  recomputed: { unit: "tokens/token", better: "lower", says: "prompt tokens computed over the session for each new one" },
  "first-call-incident": { unit: "×", better: "higher", says: "how many times longer the recipe takes to its first valid call" },
  "first-call-code": { unit: "×", better: "higher", says: "the same against the code profile" },
} as const satisfies Record<string, { readonly unit: string; readonly better: Row["better"]; readonly says: string }>;

export type RowId = keyof typeof rowKinds;

export const rowIds = Object.keys(rowKinds) as readonly RowId[];

export function isRowId(text: string): text is RowId {
  return Object.hasOwn(rowKinds, text);
}

export function makeRow(id: RowId, measured: Measured): Row {
  const { unit, better } = rowKinds[id];
  if ("value" in measured) return { id, value: measured.value, unit, better, raw: measured.raw, versions: measured.versions };
  const { skipped, install, raw } = measured;
  return { id, value: null, unit, better, raw: { skipped, ...(install === undefined ? {} : { install }), ...raw }, versions: {} };
}
