import type { Versions } from "./row.ts";

export type ContenderName = "cloister" | "llama-server" | "claude-code-router" | "litellm";

/** Something that answers the Messages API with the bench's model behind it. */
export interface Contender {
  readonly name: ContenderName;
  readonly versions: Versions;
  /** Starts it and loads the model, with nothing stored. Whoever starts it closes it. */
  start(signal: AbortSignal): Promise<Serving>;
}

export interface Serving {
  readonly url: string;
  /** The model's name as this one wants to be asked for it. */
  readonly model: string;
  readonly token: string;
  /** What the engine has counted since the start, in tokens: by its own counters and never by what a gateway claims. */
  counters(): Promise<EngineCounters>;
  close(): Promise<void>;
}

export interface EngineCounters {
  /** Prompt tokens that were evaluated. */
  readonly computed: number;
  /** Prompt tokens that were not, because their state was kept. */
  readonly cached: number;
}
