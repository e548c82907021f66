/**
 * What the model may say next. The guide chooses it, the prompt room compiles it to a grammar, a runtime enforces it. It never
 * changes the prompt's tokens, so the prefix stays the same whatever is allowed.
 */
export type Answer =
  /** Words, or a tool call; the call is constrained to its schema from the moment it is opened. */
  | { readonly kind: "anything" }
  /** A call of one of the offered tools, constrained from the first token. */
  | { readonly kind: "call" }
  /**
   * A call that fits one of these forms, constrained from the first token. At least one form. With `thought` a line of words comes before it, within these bounds;
   * a runtime that cannot hold it to them leaves it out.
   */
  | { readonly kind: "forms"; readonly forms: readonly Form[]; readonly thought?: TextSlot | undefined }
  /** Words alone. */
  | { readonly kind: "words" }
  /** The answer is known: the gateway says it and the model is not asked. */
  | { readonly kind: "said"; readonly text: string };

/** A tool call with slots. Its arguments are strings; their order here is the order in which the model writes them. */
export interface Form {
  /** Names the form in the record, `look:describe`. */
  readonly id: string;
  readonly tool: string;
  readonly arguments: readonly FormArgument[];
}

export interface FormArgument {
  readonly name: string;
  /** The value is the pieces joined. Pieces hold plain text: JSON escaping is the grammar's business. */
  readonly value: readonly Piece[];
}

export type Piece =
  | { readonly kind: "fixed"; readonly text: string }
  /** One of a list; not empty. */
  | { readonly kind: "choice"; readonly of: readonly string[] }
  | { readonly kind: "text"; readonly slot: TextSlot };

/** Free text within bounds, lengths in characters (code points). */
export interface TextSlot {
  readonly min: number;
  readonly max: number;
  /** The inside of a character class, as GBNF writes it (`A-Za-z0-9._-`); every printable character but a line feed where it is absent. */
  readonly characters?: string | undefined;
  /** Values that may not come out, for instance the one that stands already. */
  readonly except?: readonly string[] | undefined;
  /** Values that may not come out, nor anything that begins with one of them. */
  readonly exceptBeginnings?: readonly string[] | undefined;
  /** One sentence at most: a full stop only where something other than a space or a capital letter follows it, as in `3.2.1` or `deploy/a.yaml`. */
  readonly sentence?: boolean | undefined;
  /** A name: a hyphen only where something other than a hyphen follows it, so that it does not end in one. */
  readonly name?: boolean | undefined;
}
