import { readFileSync, statSync } from "node:fs";
import { z } from "zod";

const hex = z.string().regex(/^[0-9a-f]{32,64}$/);
const count = z.int().nonnegative();

/** Beside each state file lies a manifest, written after it: a state file without one does not count. */
const manifest = z.object({
  format: z.literal(1),
  /** System text and tools, for every conversation that begins with them; or one conversation. */
  what: z.enum(["base", "conversation"]),
  /** Name of the model, for people. */
  model: z.string().regex(/^[\x20-\x7e]{0,200}$/),
  identity: z.object({ modelDigest: z.string(), template: z.string(), engine: z.string(), settings: z.string() }),
  /** In the manifest's own folder. */
  file: z.string().regex(/^[a-z0-9-]{1,200}\.state$/),
  bytes: count,
  /** Of the whole state file. */
  sha256: hex,
  tokens: count,
  /** Of the tokens, four bytes each, least first. */
  tokensDigest: hex,
  /** The answers in the conversation, with the tokens that the model generated: a tokenizer may cut their text otherwise. */
  answers: z.array(z.object({ text: z.string(), tokens: z.array(count) })).max(4096),
});

export type Manifest = z.infer<typeof manifest>;
export type ToldAnswer = Manifest["answers"][number];

/** A manifest is small; more than this is not ours. Bytes. */
const largest = 32 * 2 ** 20;

/** Throws for anything that is no manifest; what was thrown says why. */
export function readManifest(path: string): Manifest {
  const found = statSync(path);
  if (!found.isFile() || found.size > largest) throw new Error(found.isFile() ? `it has ${found.size} bytes` : "it is no file");
  const parsed = manifest.safeParse(JSON.parse(readFileSync(path, "utf8")));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new Error(`${issue?.path.join(".") ?? ""}: ${issue?.message ?? "it makes no sense"}`);
  }
  return parsed.data;
}
