/** A literal in the dialect of Ollama's converter: what a pattern means by itself is escaped, a backslash is doubled. */
export function literalPattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
