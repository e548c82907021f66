/**
 * A text from the cluster, so that it can stand in a sentence of ours: on one line, without control characters, bounded, in quotation marks. What
 * it says, be it “ignore your instructions”, is then somebody's words and nobody takes it for ours.
 */
export function quote(text: string, longest = 160): string {
  // Escape sequences of terminals first, then every control and format character (bidi marks are among them).
  const plain = text.replaceAll(/\p{Cc}\[[0-9;]*[A-Za-z]/gu, "").replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ");
  const line = plain.replaceAll(/\s+/g, " ").trim().replaceAll('"', "'");
  const characters = [...line];
  return `"${characters.length > longest ? `${characters.slice(0, longest - 1).join("")}…` : line}"`;
}
