/**
 * A conversation in canonical form: what the model and the guide read, with everything gone that changes from request to
 * request and says nothing (cache markers, billing header, reminders). `prompt/canonical.ts` makes it from a Messages request.
 */
export interface Conversation {
  readonly system: string;
  readonly tools: readonly Tool[];
  readonly turns: readonly Turn[];
}

export type Turn =
  | { readonly role: "user"; readonly text: string }
  /** A system message in the middle of the conversation (client 2.1.330 sends one as its second message). */
  | { readonly role: "system"; readonly text: string }
  | { readonly role: "assistant"; readonly text: string; readonly calls: readonly Call[] }
  /** The result of one call; several calls of one assistant turn give several turns in a row. */
  | { readonly role: "tool"; readonly callId: string; readonly text: string; readonly failed: boolean };

export interface Tool {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of the arguments; always an object schema. */
  readonly inputSchema: JsonObject;
}

export interface Call {
  readonly id: string;
  readonly name: string;
  readonly input: JsonObject;
}

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: JsonValue;
}
