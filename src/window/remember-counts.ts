import { createHash } from "node:crypto";

/** Tokens of each thing, in the order given. The same thing always has the same number. */
export type Count<T> = (things: readonly T[]) => Promise<readonly number[]>;

/** Longer keys are kept as their digest. */
const longestKey = 64;

/**
 * The same counts, each thing asked for once: a request carries the whole conversation, and only its end is new. `capacity` bounds what is
 * remembered; what was used longest ago goes first.
 */
export function rememberCounts<T>(count: Count<T>, spell: (thing: T) => string, capacity: number): Count<T> {
  // A Map iterates in insertion order, so the first key is the one that was used longest ago.
  const known = new Map<string, number>();

  function remember(key: string, tokens: number): void {
    known.delete(key);
    known.set(key, tokens);
    if (known.size <= capacity) return;
    for (const oldest of known.keys()) return void known.delete(oldest);
  }

  return async (things) => {
    const keys = things.map((thing) => keyOf(spell(thing)));
    const counts = new Map<string, number>();
    const missing = new Map<string, T>();
    for (const [index, thing] of things.entries()) {
      const key = keys[index] ?? "";
      const tokens = known.get(key);
      if (tokens === undefined) missing.set(key, thing);
      else counts.set(key, tokens);
    }
    const counted = missing.size === 0 ? [] : await count([...missing.values()]);
    for (const [index, key] of [...missing.keys()].entries()) counts.set(key, counted[index] ?? 0);
    for (const [key, tokens] of counts) remember(key, tokens);
    return keys.map((key) => counts.get(key) ?? 0);
  };
}

function keyOf(text: string): string {
  return text.length <= longestKey ? text : createHash("sha256").update(text).digest("base64");
}
