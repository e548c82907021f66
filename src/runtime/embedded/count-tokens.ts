import { CloisterError } from "../../error.ts";
import type { Segment } from "../../prompt/template.ts";
import { promptTokens } from "./prompt-tokens.ts";
import { readVocabulary } from "./vocabulary.ts";

export interface TokenizerOnly {
  plain(text: string): number;
  segments(segments: readonly Segment[]): number;
  close(): Promise<void>;
}

/**
 * A model's own tokenizer without its weights: the same tokens that the engine would evaluate, in a second and little memory. Throws
 * `missing` where the engine is not installed, `damaged` for a file that it cannot read.
 */
export async function openTokenizer(modelPath: string): Promise<TokenizerOnly> {
  const library = await import("node-llama-cpp").catch((cause: unknown) => {
    throw new CloisterError("missing", "The engine is not installed, and with it no tokenizer.", {
      hint: "npm install node-llama-cpp@3.22.1",
      cause,
    });
  });
  const llama = await library.getLlama({
    gpu: false,
    build: "never",
    skipDownload: true,
    progressLogs: false,
    logLevel: library.LlamaLogLevel.disabled,
  });
  try {
    const model = await llama.loadModel({ modelPath, vocabOnly: true });
    const { tokenizer } = readVocabulary(model);
    return {
      plain: (text) => tokenizer.plain(text).length,
      segments: (segments) =>
        promptTokens(
          segments.map(({ text, special, assistant }) => ({ text, special, assistant: assistant ?? false })),
          tokenizer,
          { get: () => undefined },
        ).length,
      close: () => llama.dispose(),
    };
  } catch (cause) {
    await llama.dispose();
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CloisterError("damaged", `The tokenizer of ${modelPath} cannot be read: ${why}`, { hint: "cloister model verify", cause });
  }
}
