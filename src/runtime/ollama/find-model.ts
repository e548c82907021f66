import { CloisterError } from "../../error.ts";
import type { Server } from "../http/server.ts";
import { type Show, showSchema, tagsSchema, versionSchema } from "./wire.ts";

/** What the server says about itself and the model, before the model is loaded. */
export interface FoundModel {
  /** As the server lists it, tag included. */
  readonly name: string;
  readonly version: string;
  readonly show: Show;
  /** Tokens the model was trained on at a time; undefined where the server does not say. */
  readonly trainedWindow: number | undefined;
  readonly vocabulary: Vocabulary | undefined;
}

/** What a GGUF file says about its tokens. */
export interface Vocabulary {
  /** The token that ends an answer. */
  readonly end: string | undefined;
  /** Texts that become control tokens wherever they stand in a prompt, the longest first. */
  readonly control: readonly string[];
}

/** The first version in which a prompt that does not fit can be refused (`truncate` and `shift` of chat and generate). */
export const oldestVersion = "0.12.6";

/**
 * Asks for the version and for the model.
 *
 * @throws CloisterError `unreachable` where no Ollama answers, `missing` for one that is too old or has no such model
 */
export async function findModel(server: Server, model: string, signal?: AbortSignal): Promise<FoundModel> {
  const { version } = await server.ask({ path: "/api/version", signal }, versionSchema);
  if (isOlder(version, oldestVersion))
    throw new CloisterError(
      "missing",
      `Ollama at ${server.shown} is ${version}; before ${oldestVersion} it drops the beginning of a long prompt and says nothing.`,
      { hint: "Install a newer Ollama." },
    );
  const show = await server.ask(
    {
      path: "/api/show",
      // The vocabulary comes only so: some megabytes, once.
      body: { model, verbose: true },
      signal,
      explain: ({ status }) => (status === 404 ? noSuchModel(server, model) : undefined),
    },
    showSchema,
  );
  const { models } = await server.ask({ path: "/api/tags", signal }, tagsSchema);
  const name = models.find((known) => known.name === model || known.name === `${model}:latest`)?.name ?? model;
  return { name, version, show, trainedWindow: trainedWindow(show), vocabulary: vocabularyOf(show) };
}

export function noSuchModel(server: Server, model: string): CloisterError {
  return new CloisterError("missing", `Ollama at ${server.shown} has no model ${model}.`, { hint: `ollama pull ${model}` });
}

/** Are all that are built by hand (`0.0.0`, no number at all) taken for new? Yes: what they can do is found by asking. */
export function isOlder(version: string, than: string): boolean {
  const [mine, theirs] = [version, than].map((text) => /^v?(\d+)\.(\d+)\.(\d+)/.exec(text)?.slice(1).map(Number));
  if (mine === undefined || theirs === undefined || mine.every((part) => part === 0)) return false;
  const at = mine.findIndex((part, index) => part !== theirs[index]);
  return at !== -1 && (mine[at] ?? 0) < (theirs[at] ?? 0);
}

function trainedWindow({ model_info: info }: Show): number | undefined {
  const found = Object.entries(info ?? {}).find(([key]) => key.endsWith(".context_length"))?.[1];
  return typeof found === "number" && Number.isInteger(found) && found > 0 ? found : undefined;
}

/** Kinds of tokens in a GGUF file. */
const controlType = 3;
const userDefinedType = 4;

function vocabularyOf({ model_info: info }: Show): Vocabulary | undefined {
  const tokens = info?.["tokenizer.ggml.tokens"];
  const types = info?.["tokenizer.ggml.token_type"];
  const end = info?.["tokenizer.ggml.eos_token_id"];
  if (!Array.isArray(tokens)) return undefined;
  const texts = tokens as readonly unknown[];
  const kinds: readonly unknown[] = Array.isArray(types) ? types : [];
  const control = texts.filter((text, at): text is string => {
    if (typeof text !== "string" || text.length < 3) return false;
    // Runs of blanks and the like are tokens of the user-defined kind, too, and mean nothing.
    return kinds[at] === controlType || (kinds[at] === userDefinedType && /^[<[]/.test(text));
  });
  const endText = typeof end === "number" ? texts[end] : undefined;
  return { end: typeof endText === "string" ? endText : undefined, control: control.toSorted((a, b) => b.length - a.length) };
}
