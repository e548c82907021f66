import { unreachable } from "../error.ts";
import { pullModel, type PullEvent, type PullResult } from "../model/pull.ts";
import { formatBytes, formatProgress, progressLine, type ProgressLine } from "./commands/model-progress.ts";
import type { CliContext } from "./context.ts";

/** Pulls a model and shows how far it is, on standard error. `quiet` keeps that back where there is no terminal. */
export async function pullShown(context: CliContext, name: string, options: { readonly quiet: boolean }): Promise<PullResult> {
  const line = progressLine(context, options);
  try {
    return await pullModel(context.home, name, {
      env: context.env,
      signal: context.signal,
      observe: (event) => showPull(line, name, event),
    });
  } finally {
    line.end();
  }
}

function showPull(line: ProgressLine, name: string, event: PullEvent): void {
  switch (event.type) {
    case "checking":
      return line.show(`${name}: checking what is here, ${formatProgress(event.bytes, event.total)}`);
    case "source":
      return line.note(
        event.bytes === 0
          ? `${name}: asking ${event.source} for ${formatBytes(event.total)}`
          : `${name}: asking ${event.source} for the rest after ${formatBytes(event.bytes)} of ${formatBytes(event.total)}`,
      );
    case "progress":
      return line.show(`${name}: ${formatProgress(event.bytes, event.total, event.rate, event.secondsLeft)}`);
    case "source-failed":
      return line.note(`${name}: ${event.source} could not give it: ${event.reason}`);
    default:
      return unreachable(event);
  }
}
