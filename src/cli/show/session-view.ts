import { unreachable } from "../../error.ts";
import type { SessionEvent } from "../../record/events.ts";
import { printable, seconds, type Style } from "./style.ts";

/** What one event adds to the picture: lines that stay, and what the status line says from now on (`null`: nothing; absent: as before). */
export interface Shown {
  readonly lines: readonly string[];
  readonly status?: string | null;
}

/** Turns a session's events into what a person reads while it happens. Holds only what is needed to pair calls with results. */
export function createSessionView(style: Style): (event: SessionEvent) => Shown {
  const calls = new Map<string, string>();
  let prefillStart = 0;
  return (event) => {
    switch (event.type) {
      case "session": {
        const model = event.isModel ? event.model : `${event.model} (a written script: no model was used)`;
        const lines = [
          `${style.dim("model ")} ${style.bold(model)}, guidance ${event.guidance}`,
          `${style.dim("client")} Claude Code ${event.client}, sealed`,
        ];
        return { lines: [...lines, `${style.dim("task  ")} ${printable(event.task).split("\n").join("\n       ")}`] };
      }
      case "request":
        prefillStart = event.at;
        return { lines: [], status: style.dim("  reading") };
      case "prefill":
        return {
          lines: [],
          status: `  ${style.dim("reading")} ${bar(event.done, event.total)} ${event.done}/${event.total} tokens${rate(event, prefillStart)}`,
        };
      case "turn":
        return { lines: [], status: null };
      case "step":
        return { lines: ["", `${style.cyan(`${event.index}/${event.of}`)} ${style.bold(event.title)}`] };
      case "call":
        calls.set(event.id, describeCall(event.name, event.input));
        return { lines: [], status: `  ${style.dim("running")} ${calls.get(event.id) ?? ""}` };
      case "result": {
        const [first = "", ...more] = (calls.get(event.id) ?? event.id).split("\n");
        const mark = event.failed ? style.red("✗") : style.green("✓");
        const lines = [`  ${mark} ${first} ${style.dim(seconds(event.ms))}`, ...more.map((line) => `      ${style.dim(line)}`)];
        if (event.failed) lines.push(...failureLines(event.text).map((line) => `      ${style.red(line)}`));
        return { lines, status: null };
      }
      case "said": {
        const text = printable(event.text).trim();
        return text === "" ? { lines: [] } : { lines: text.split("\n").map((line) => `  ${style.dim("»")} ${line}`), status: null };
      }
      case "failure":
        return { lines: [failureLine(event, style)], status: null };
      case "cleared":
        return { lines: [`  ${style.dim(`· ${roomMade(event)}`)}`] };
      case "guard":
        return { lines: [`  ${style.yellow("!")} ${printable(event.reason)}`] };
      case "pull-request":
        return { lines: [`  ${style.green("✓")} pull request #${event.number}: ${printable(event.title)}`] };
      case "gate":
        return {
          lines: event.passed
            ? [`  ${style.green("✓")} the gate passed ${printable(event.branch)}`]
            : [
                `  ${style.red("✗")} the gate refused ${printable(event.branch)}`,
                ...event.objections.map((line) => `      ${style.red(printable(line))}`),
              ],
        };
      case "refused":
        return { lines: [`  ${style.red("refused")} ${printable(event.what)}`] };
      case "progress":
        return { lines: [], status: `  ${style.dim(printable(event.text))}` };
      case "note":
      case "door":
        return { lines: [] };
      default:
        return unreachable(event);
    }
  };
}

/** A call in the words a person would use: the command, or the tool with its file; an edit as its two sides. */
export function describeCall(name: string, input: Readonly<Record<string, unknown>>): string {
  const text = (key: string) => (typeof input[key] === "string" ? printable(input[key]) : "");
  if (name === "Bash") return text("command");
  const path = text("file_path");
  if (name === "Edit") {
    const removed = text("old_string").split("\n");
    const added = text("new_string").split("\n");
    return [
      `Edit ${path}`,
      ...removed.filter((line) => !added.includes(line)).map((line) => `- ${line.trim()}`),
      ...added.filter((line) => !removed.includes(line)).map((line) => `+ ${line.trim()}`),
    ].join("\n");
  }
  return path === "" ? `${name} ${printable(JSON.stringify(input)).slice(0, 120)}` : `${name} ${path}`;
}

function roomMade({ what, results, tokensBefore, tokensAfter }: Extract<SessionEvent, { type: "cleared" }>): string {
  const tokens = `${tokensBefore} → ${tokensAfter} tokens`;
  if (what === "middle") return `a long result was cut in the middle: ${tokens}`;
  return `${results} old result${results === 1 ? "" : "s"} cleared from the window: ${tokens}`;
}

/** Whoever hung up does not try again. */
function failureLine({ code, message }: Extract<SessionEvent, { type: "failure" }>, style: Style): string {
  const said = printable(message).replace(/\.$/, "");
  return code === "cancelled" ? `  ${style.dim(`· ${said}`)}` : `  ${style.yellow("!")} ${said}; the client tries again`;
}

function failureLines(text: string): readonly string[] {
  const lines = printable(text)
    .split("\n")
    .filter((line) => line.trim() !== "" && !line.startsWith("[cloister]"));
  return lines.slice(0, 3).map((line) => line.slice(0, 200));
}

function bar(done: number, total: number): string {
  const width = 20;
  const full = total === 0 ? width : Math.round((width * Math.min(done, total)) / total);
  return "█".repeat(full) + "░".repeat(width - full);
}

function rate(event: { readonly at: number; readonly done: number; readonly cached: number }, since: number): string {
  const elapsed = (event.at - since) / 1000;
  const fresh = event.done - event.cached;
  return elapsed < 0.5 || fresh <= 0 ? "" : `, ${Math.round(fresh / elapsed)} tok/s`;
}
