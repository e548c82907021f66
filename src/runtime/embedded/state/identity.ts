import { createHash } from "node:crypto";

/** What a stored state belongs to. An engine that reads one of another model or version may crash: everything that shapes a state is in it. */
export interface StateIdentity {
  /** Digest of the model's file. */
  readonly modelDigest: string;
  /** The template's description: states of another template would never match, so they are kept apart. */
  readonly template: string;
  /** Library and engine with their versions, and what it computes on. */
  readonly engine: string;
  /** Settings of the context that change a state's layout: type of the KV cache, flash attention, sliding window, number of lanes. */
  readonly settings: string;
}

/** Name of the folder that holds the states of this identity and no others. */
export function identityFolder({ modelDigest, template, engine, settings }: StateIdentity): string {
  return digestOf(JSON.stringify([modelDigest, template, engine, settings]));
}

/** 32 hex digits. */
export function digestOf(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex").slice(0, 32);
}
