/** How a server takes what we want to say; found out by asking it (`probe-server.ts`). */
export interface ServerWays {
  /** Who shows the tools to the model: the server, from `tools`, or we, in the system text, in the Hermes way. */
  readonly tools: "server" | "prompt";
  /** A system message in the middle of the conversation: where it stands, or as part of the user's message beside it. */
  readonly lateSystem: "in place" | "folded";
  /** The system text: a message of its own, or the beginning of the first user message. */
  readonly system: "message" | "folded";
  /** Takes `chat_template_kwargs` and `parallel_tool_calls`. */
  readonly extras: boolean;
  /** Says how far a prefill is (llama-server). */
  readonly progress: boolean;
  /** How a grammar is sent; absent: it takes none. */
  readonly grammar: GrammarField | undefined;
}

/** `grammar`: llama-server. `structured_outputs`: vLLM from 0.11 on. `guided_grammar`: vLLM before 0.12. */
export type GrammarField = "grammar" | "structured_outputs" | "guided_grammar";

export function grammarBody(field: GrammarField, gbnf: string): object {
  return field === "structured_outputs" ? { structured_outputs: { grammar: gbnf } } : { [field]: gbnf };
}

/** Thinking off. */
export function extrasBody(ways: Pick<ServerWays, "extras">): object {
  return ways.extras ? { chat_template_kwargs: { enable_thinking: false } } : {};
}
