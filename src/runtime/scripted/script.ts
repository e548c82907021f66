import { parse } from "yaml";
import { z } from "zod";
import { CloisterError } from "../../error.ts";
import type { JsonObject } from "../../messages/conversation.ts";
import { isJsonObject } from "../../messages/json.ts";

/**
 * A written session, in YAML or JSON. Text and arguments may hold `${name}`, where `name` is a value given by whoever plays the
 * script (`${workdir}`) or captured by this turn or an earlier one; `$${` stands for `${`.
 *
 *     name: oom-kill
 *     turns:
 *       - call: { tool: Bash, input: { command: kubectl -n shop get pods } }
 *       - expect: OOMKilled                      # the newest result must hold this text ...
 *         capture: { pod: "(web-[a-z0-9-]+)" }   # ... and the first group of this pattern is ${pod} from here on
 *         says: The pod was killed.
 *         call: { tool: Bash, input: { command: "kubectl -n shop describe pod ${pod}" } }
 *       - expect: { matches: "Limits:\\s+memory" }
 *         says: No fault found.
 */
export interface Script {
  readonly name: string;
  /** Tokens; estimated ones, as everything that this runtime counts. */
  readonly window: number;
  readonly turns: readonly ScriptTurn[];
}

export interface ScriptTurn {
  readonly expect?: { readonly kind: "text"; readonly text: string } | { readonly kind: "pattern"; readonly pattern: RegExp } | undefined;
  /** Patterns looked for in the results so far, the newest first; the first group, or the whole match where there is none. */
  readonly capture: ReadonlyMap<string, RegExp>;
  readonly says?: string | undefined;
  readonly calls: readonly { readonly tool: string; readonly input: JsonObject }[];
  /** Milliseconds before the first word and the number of chunks in which the prompt is "evaluated": for tests of what happens meanwhile. */
  readonly delayMs: number;
  readonly prefillChunks: number;
}

const pattern = z.string().transform((source, context): RegExp => {
  try {
    return new RegExp(source, "mu");
  } catch (thrown) {
    context.addIssue({ code: "custom", message: thrown instanceof Error ? thrown.message : "is not a regular expression" });
    return z.NEVER;
  }
});
const expectation = z.union([
  z.string().transform((text) => ({ kind: "text" as const, text })),
  z.strictObject({ matches: pattern }).transform(({ matches }) => ({ kind: "pattern" as const, pattern: matches })),
]);
const call = z.strictObject({ tool: z.string().min(1), input: z.custom<JsonObject>(isJsonObject, "must be an object") });
const turn = z
  .strictObject({
    expect: expectation.optional(),
    capture: z
      .record(z.string().regex(/^\w+$/), pattern)
      .default({})
      .transform((patterns) => new Map(Object.entries(patterns))),
    says: z.string().optional(),
    call: z.union([call.transform((one) => [one]), z.array(call)]).default([]),
    delayMs: z.int().min(0).max(600_000).default(0),
    prefillChunks: z.int().min(1).max(1000).default(1),
  })
  .refine((value) => value.says !== undefined || value.call.length > 0, "says nothing and calls nothing")
  .transform(({ call: calls, ...rest }): ScriptTurn => ({ ...rest, calls }));
const script = z.strictObject({
  name: z.string().min(1),
  window: z.int().min(1024).max(10_000_000).default(32_768),
  turns: z.array(turn).min(1),
});

/** Reads a script. Throws `bad-request` with the path of what is wrong; `name` says in messages which file it was. */
export function parseScript(text: string, name = "script"): Script {
  let value: unknown;
  try {
    value = parse(text);
  } catch (cause) {
    throw new CloisterError("bad-request", `${name} is not valid YAML: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
  const parsed = script.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = issue?.path.join(".") ?? "";
  throw new CloisterError("bad-request", `${name}: ${field}: ${issue?.message ?? "is not valid"}`, { field });
}
