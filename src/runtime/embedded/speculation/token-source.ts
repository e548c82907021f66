import type { Token } from "node-llama-cpp";
import type { GrammarSteps } from "../forced-text.ts";

/** Gives an answer's tokens, one after the other. */
export interface TokenSource {
  /**
   * Evaluates `input`, which follows what the answer has so far, and chooses the token that comes next; the grammar's state has
   * accepted it then. Undefined where the engine has no more.
   */
  next(input: readonly Token[]): Promise<Token | undefined>;
  /** Takes out of the sequence's state what the answer did not take. */
  end(): Promise<void>;
}

/** What the answer is held to at this moment. */
export type Hold =
  | { readonly kind: "free" }
  | { readonly kind: "grammar"; readonly steps: GrammarSteps }
  /** There is a grammar, and this version of the library does not let it be read. */
  | { readonly kind: "hidden" };
