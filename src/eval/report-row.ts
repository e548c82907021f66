import { z } from "zod";
import { CloisterError } from "../error.ts";
import type { EvalRow } from "./row.ts";

const bit = z.boolean();
const count = z.number().min(0);

/** What is read of the report that `cloister incident run --json` prints. */
const reportSchema = z.object({
  closed: bit,
  control: bit,
  client: z.string(),
  pullRequest: z.object({}).nullable(),
  change: z.enum(["quick-fix", "model"]).nullable(),
  verify: z
    .object({ outcome: z.string(), checks: z.array(z.object({ check: z.string(), ok: bit, why: z.string().optional() })).default([]) })
    .nullable(),
  score: z.object({ rootCause: bit, evidence: bit, patch: bit, pullRequest: bit, wrongPullRequest: bit }),
  struck: z.array(z.unknown()),
  refusedPushes: count,
  turns: count,
  turnsWithoutModel: count,
  calls: count,
  failedCalls: count,
  tokens: z.object({ read: count, kept: count, written: count }),
  seconds: z.object({ total: count }),
  exit: z.object({ code: z.number().nullable(), timedOut: bit }),
});

/** The row of one run. Throws `damaged` where the report is none. */
export function rowOf(report: unknown, run: Pick<EvalRow, "scenario" | "model" | "setting" | "repeat" | "commit" | "at">): EvalRow {
  const parsed = reportSchema.safeParse(report);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new CloisterError("damaged", `The run's report is not one: ${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`);
  }
  const { closed, control, client, pullRequest, change, verify, score, struck, refusedPushes, turns, tokens, seconds } = parsed.data;
  const { turnsWithoutModel, calls, failedCalls, exit } = parsed.data;
  const { rootCause, evidence, patch } = score;
  const failed = verify?.checks.filter(({ ok }) => !ok).map(({ check }) => check) ?? [];
  const notes = [
    ...(exit.timedOut ? ["out of time"] : []),
    ...(exit.code === 0 || exit.timedOut ? [] : [`the client ended with ${exit.code ?? "a signal"}`]),
    ...(pullRequest === null || closed ? [] : failed),
  ];
  return {
    scenario: run.scenario,
    control,
    model: run.model,
    setting: run.setting,
    client,
    repeat: run.repeat,
    commit: run.commit,
    at: run.at,
    outcome: closed ? "closed" : score.wrongPullRequest ? "wrong" : pullRequest === null ? "handed-over" : "unverified",
    score: { rootCause, evidence, patch, pullRequest: score.pullRequest },
    opened: pullRequest !== null,
    change,
    struck: struck.length,
    refusedPushes,
    turns,
    turnsWithoutModel,
    calls,
    failedCalls,
    tokens,
    seconds: Math.round(seconds.total * 10) / 10,
    note: notes.join("; ").slice(0, 500),
  };
}
