import { spawn } from "node:child_process";
import { dirname, resolve } from "node:path";
import { z } from "zod";
import { CloisterError } from "../error.ts";
import type { Scenario } from "./scenario.ts";

export interface Check {
  readonly check: string;
  readonly ok: boolean;
  readonly why: string;
}

/** `could-not-run` judges nothing: the script failed, was cut off, or said something that is no verdict; `why` tells which. */
export type VerifyResult =
  | { readonly outcome: "passed"; readonly checks: readonly Check[] }
  | { readonly outcome: "failed"; readonly checks: readonly Check[] }
  | { readonly outcome: "could-not-run"; readonly checks: readonly Check[]; readonly why: string };

export interface VerifyOptions {
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds, 30,000 where absent. */
  readonly timeoutMs?: number | undefined;
}

const maxOutput = 256 * 1024;
const checkSchema = z.object({ check: z.string().min(1), ok: z.boolean(), why: z.string() });

/**
 * Runs the scenario's hidden checks against a checkout, in a process of its own that inherits nothing of the environment. Never
 * throws for what the checkout holds; throws `cancelled` when the signal is aborted.
 */
export async function verifyCheckout(scenario: Scenario, checkoutFolder: string, options: VerifyOptions = {}): Promise<VerifyResult> {
  const ended = await runScript(scenario.paths.verify, resolve(checkoutFolder), options);
  return judge(ended);
}

interface Ended {
  readonly status: number | null;
  readonly out: string;
  readonly said: string;
  /** Why it was stopped from here; absent where it ended by itself. */
  readonly stopped: string | undefined;
}

/** A verdict from what the script printed and how it ended; pure. The two have to agree. */
export function judge({ status, out, said, stopped }: Ended): VerifyResult {
  const checks: Check[] = [];
  const cannot = (why: string): VerifyResult => ({ outcome: "could-not-run", checks, why });
  for (const line of out.split("\n").filter((text) => text.trim() !== "")) {
    const parsed = checkSchema.safeParse(fromJson(line));
    if (!parsed.success) return cannot(stopped ?? `verify printed a line that is no check: ${line.slice(0, 200)}`);
    checks.push(parsed.data);
  }
  if (stopped !== undefined) return cannot(stopped);
  if (status !== 0 && status !== 1)
    return cannot(`verify ended with status ${status ?? "none"}: ${said.trim().slice(0, 500) || "it said nothing"}`);
  if (checks.length === 0) return cannot("verify made no check");
  const failed = checks.some(({ ok }) => !ok);
  if (failed !== (status === 1)) return cannot(`verify ended with status ${status}, which its checks do not bear out`);
  return { outcome: failed ? "failed" : "passed", checks };
}

function runScript(script: string, checkout: string, { signal, timeoutMs = 30_000 }: VerifyOptions): Promise<Ended> {
  return new Promise((done, fail) => {
    if (signal?.aborted === true) return fail(cancelled());
    const child = spawn(process.execPath, ["--max-old-space-size=256", script, checkout], {
      cwd: dirname(script),
      env: { LC_ALL: "C", TZ: "UTC" },
      stdio: ["ignore", "pipe", "pipe"],
      // A group of its own, so that what the script may have started ends with it.
      detached: true,
    });
    let out = "";
    let said = "";
    let stopped: string | undefined;
    const stop = (why: string) => {
      stopped ??= why;
      try {
        if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
      } catch {
        // It has ended by itself meanwhile.
      }
    };
    const timer = setTimeout(() => stop(`verify took longer than ${timeoutMs} ms and was stopped`), timeoutMs);
    const abort = () => stop("cancelled");
    signal?.addEventListener("abort", abort, { once: true });
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      out += text;
      if (out.length > maxOutput) stop(`verify printed more than ${maxOutput} characters and was stopped`);
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text.slice(0, 4000 - said.length)));
    const finish = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    };
    child.on("error", (cause) => {
      finish();
      fail(new CloisterError("internal", "The process that verifies a fix could not be started.", { cause }));
    });
    child.on("close", (status) => {
      finish();
      if (stopped === "cancelled") fail(cancelled());
      else done({ status, out: out.slice(0, maxOutput), said, stopped });
    });
  });
}

function cancelled(): CloisterError {
  return new CloisterError("cancelled", "Verifying the fix was cancelled.");
}

function fromJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
