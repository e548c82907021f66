import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";

/**
 * What a real Ollama answered, in a file that `replay.ts` answers from: one line that says what it is, then one exchange a line. Requests are known again by
 * method, path and body. Of a prompt that we rendered only what follows the system turn counts: how the tools are introduced is not Ollama's business, and
 * changes more often than Ollama's answers are recorded.
 */
export interface RecordingHead {
  readonly what: string;
  readonly ollama: string;
  readonly shortened: string;
}

export interface RecordedExchange {
  readonly key: string;
  /** The end of what was asked, for whoever reads the file. */
  readonly about: string;
  /** 0: the client hung up before the server said anything. */
  readonly status: number;
  readonly type: string;
  /** The lines of the body, as the server wrote them but for its clock. */
  readonly lines: readonly string[];
  /** The client hung up before the answer was whole. */
  readonly cut: boolean;
}

export function exchangeKey(method: string, path: string, body: string): string {
  if (body === "") return `${method} ${path}`;
  const asked = JSON.parse(body) as Record<string, unknown>;
  const { prompt } = asked;
  const shown = typeof prompt === "string" ? { ...asked, prompt: withoutSystemTurn(prompt) } : asked;
  return `${method} ${path} ${createHash("sha256").update(JSON.stringify(shown)).digest("hex").slice(0, 20)}`;
}

function withoutSystemTurn(prompt: string): string {
  const at = prompt.indexOf("<|im_start|>user");
  return at === -1 ? prompt : prompt.slice(at);
}

export function aboutExchange(body: string): string {
  if (body === "") return "";
  const { prompt, messages, format } = JSON.parse(body) as { prompt?: string; messages?: unknown[]; format?: unknown };
  const end = prompt ?? JSON.stringify(messages?.at(-1) ?? "");
  return `${end.slice(-80)}${format === undefined ? "" : " (held)"}`;
}

export async function readRecording(path: string): Promise<{ head: RecordingHead; exchanges: RecordedExchange[] }> {
  const [first = "{}", ...lines] = (await readFile(path, "utf8")).trimEnd().split("\n");
  return { head: JSON.parse(first) as RecordingHead, exchanges: lines.map((line) => JSON.parse(line) as RecordedExchange) };
}

/** Only the beginning of a vocabulary is kept: it holds the control tokens of the model that is recorded. */
const tokensKept = 64;

export const head = (version: string): RecordingHead => ({
  what: "Answers of a real Ollama, recorded by e2e/ollama-real.test.ts: replayed where none is at hand. It is no model.",
  ollama: version,
  shortened: `created_at is gone everywhere; of /api/show the tensors, the licence, and all but the first ${tokensKept} tokens`,
});

/** Where the server that was recorded kept its files is nobody's business. */
const storePath = /\/[^"\s]*\/blobs\//g;

export function shortenLine(line: string): string {
  const value = JSON.parse(line) as Record<string, unknown>;
  delete value["created_at"];
  delete value["tensors"];
  delete value["license"];
  const info = value["model_info"];
  if (typeof info === "object" && info !== null)
    value["model_info"] = Object.fromEntries(
      Object.entries(info).flatMap(([name, member]: [string, unknown]) => {
        if (name === "tokenizer.ggml.merges") return [];
        return [[name, Array.isArray(member) ? member.slice(0, tokensKept) : member]];
      }),
    );
  return JSON.stringify(value).replaceAll(storePath, "/models/blobs/");
}
