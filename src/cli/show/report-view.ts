import type { RuntimeFacts } from "../../runtime/runtime.ts";
import type { SessionSummary } from "../../record/summary.ts";
import { describeRefusal, type Refusal } from "../../seal/refusal.ts";
import { printable, seconds, type Style } from "./style.ts";

export interface TimeShare {
  readonly name: string;
  readonly ms: number;
}

/** Where a session's time went. Milliseconds; the rest of the whole that nothing else explains is its own line. */
export function timeShares(
  summary: SessionSummary,
  times: { readonly loadMs: number; readonly clientStartMs: number; readonly judgeMs: number; readonly totalMs: number },
): readonly TimeShare[] {
  const shares: TimeShare[] = [
    { name: "loading the model", ms: times.loadMs },
    { name: "starting seal and client", ms: times.clientStartMs },
    { name: "prefill", ms: summary.prefillMs },
    { name: "generation", ms: summary.decodeMs },
    { name: "tools and client", ms: summary.toolsMs },
    { name: "verifying", ms: times.judgeMs },
  ];
  const known = shares.reduce((sum, { ms }) => sum + ms, 0);
  return [...shares, { name: "everything else", ms: Math.max(0, times.totalMs - known) }];
}

export function timeTable(shares: readonly TimeShare[], style: Style): readonly string[] {
  const total = shares.reduce((sum, { ms }) => sum + ms, 0);
  const width = Math.max(...shares.map(({ name }) => name.length));
  const row = (name: string, ms: number) =>
    `  ${name.padEnd(width)} ${seconds(ms).padStart(12)} ${total === 0 ? "" : `${Math.round((100 * ms) / total)} %`.padStart(6)}`;
  return [style.bold("Where the time went"), ...shares.map(({ name, ms }) => row(name, ms)), style.bold(row("all", total))];
}

export function tokenLines(summary: SessionSummary, style: Style): readonly string[] {
  const fresh = summary.promptTokens - summary.cachedTokens;
  const rate = (tokens: number, ms: number) => (ms < 1 ? "" : ` (${Math.round((1000 * tokens) / ms)} tok/s)`);
  return [
    `${style.bold("Tokens")}  ${fresh} read${rate(fresh, summary.prefillMs)}, ${summary.cachedTokens} kept from earlier turns, ${summary.outputTokens} written`,
    `${style.bold("Turns")}   ${summary.turns} (${summary.turnsWithoutModel} answered without the model), ${summary.calls} calls, ${summary.failedCalls} failed`,
  ];
}

/** A diff as a terminal shows one. */
export function diffLines(diff: string, style: Style): readonly string[] {
  return printable(diff.trimEnd())
    .split("\n")
    .map((line) => {
      if (line.startsWith("+") && !line.startsWith("+++")) return style.green(line);
      if (line.startsWith("-") && !line.startsWith("---")) return style.red(line);
      return line.startsWith("@@") ? style.cyan(line) : line;
    });
}

export function refusalLines(refused: readonly Refusal[], style: Style): readonly string[] {
  if (refused.length === 0) return [`${style.bold("Refused")} nothing tried to leave`];
  return [style.bold("Refused at the seal"), ...refused.map((refusal) => `  ${printable(describeRefusal(refusal))}`)];
}

const abilities: Readonly<Record<keyof RuntimeFacts["can"], string>> = {
  grammar: "hold an answer to a grammar: calls may have to be asked for again, and guidance `forms` is not offered",
  count: "count tokens before it runs a prompt: the window keeps a margin",
  lanes: "keep a state for each conversation: a question aside may push the main one out",
  store: "keep state on disk: a new process begins anew",
  progress: "say how far the prefill is",
  cacheFigures: "say what it took from its cache",
  cancel: "stop when the client goes away",
};

/** What the runtime cannot do, so that nobody expects it; nothing where it can do everything. */
export function abilityLines({ runtime, can }: RuntimeFacts, style: Style): readonly string[] {
  const lacking = (Object.keys(abilities) as (keyof RuntimeFacts["can"])[]).filter((name) => !can[name]);
  return lacking.length === 0 ? [] : [style.dim(`${runtime} cannot`), ...lacking.map((name) => style.dim(`  - ${abilities[name]}`))];
}
