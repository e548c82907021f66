import { resolve } from "node:path";
import type { OllamaOptions } from "../../src/runtime/ollama/ollama.ts";
import { models } from "./models.ts";

export const window = 2048;
export const recordings = resolve(import.meta.dirname, "../../../e2e/ollama");

/** The ways in which the conformance suite is run; each has a recording of its own name. */
export const suites: readonly { readonly name: string; readonly options: Omit<OllamaOptions, "url" | "window"> }[] = [
  { name: "rendered-here", options: { model: models.plain } },
  { name: "rendered-there", options: { model: models.tools, rendering: "ollama" } },
];
