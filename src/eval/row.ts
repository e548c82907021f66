import { z } from "zod";
import { CloisterError } from "../error.ts";

const count = z.int().min(0).max(1e12);
const text = z.string().max(2000);

/**
 * How a run ended. `closed`: a right pull request, or a control left alone. `handed-over`: no pull request, and that is said. `wrong`: a pull
 * request whose head fails the hidden verification, or any in a control. `unverified`: a pull request that could not be verified, which is neither right nor wrong.
 */
export const outcomes = ["closed", "handed-over", "wrong", "unverified"] as const;

export const rowSchema = z.strictObject({
  scenario: text,
  /** Nothing is wrong there, and nothing is to be proposed. */
  control: z.boolean(),
  model: text,
  setting: text,
  client: text,
  repeat: count.min(1),
  /** Of Cloister's own tree; with `+` behind it where the tree had changes that were not committed. */
  commit: text,
  /** When the run ended, ISO 8601. */
  at: z.iso.datetime(),
  outcome: z.enum(outcomes),
  score: z.strictObject({ rootCause: z.boolean(), evidence: z.boolean(), patch: z.boolean(), pullRequest: z.boolean() }),
  /** A pull request was opened, whatever it is worth. */
  opened: z.boolean(),
  /** Who wrote the change that was pushed; null where none was. */
  change: z.enum(["quick-fix", "model"]).nullable(),
  /** Sentences of the pull request that the record contradicts. */
  struck: count,
  refusedPushes: count,
  turns: count,
  turnsWithoutModel: count,
  calls: count,
  failedCalls: count,
  /** As the engine counted them: prefilled, taken from kept state, generated. */
  tokens: z.strictObject({ read: count, kept: count, written: count }),
  /** The whole command, loading the model and verifying included. */
  seconds: z.number().min(0).max(1e6),
  /** The verification's checks that failed, or why the client was stopped; empty where nothing is to say. */
  note: text,
});

export type EvalRow = Readonly<z.infer<typeof rowSchema>>;

/** What makes a run one run: a second row with the same key takes the first one's place. */
export function rowKey({
  scenario,
  model,
  setting,
  client,
  repeat,
}: Pick<EvalRow, "scenario" | "model" | "setting" | "client" | "repeat">): string {
  return [scenario, model, setting, client, repeat].join(" · ");
}

/** What `eval.json` holds. */
export interface EvalFile {
  /** The command lines that its rows come from, in the order in which they were first given. */
  readonly commands: readonly string[];
  readonly rows: readonly EvalRow[];
}

const fileSchema = z.strictObject({ commands: z.array(text).max(1000), rows: z.array(rowSchema).max(100_000) });

/** Reads an `eval.json`. Throws `damaged` with the row that is none; nothing is dropped in silence. */
export function parseEval(content: string, file: string): EvalFile {
  const hint = "Name another folder with --out, or remove the file.";
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch (cause) {
    throw new CloisterError("damaged", `${file} is not JSON.`, { cause, hint });
  }
  const parsed = fileSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new CloisterError("damaged", `${file}: ${issue?.path.join(".") ?? ""}: ${issue?.message ?? "not an eval"}.`, { hint });
}

/** A row on a line of its own, so that a change shows as the lines that changed. */
export function printEval({ commands, rows }: EvalFile): string {
  return `{ "commands": ${JSON.stringify(commands)}, "rows": [\n${rows.map((row) => JSON.stringify(row)).join(",\n")}\n] }\n`;
}
