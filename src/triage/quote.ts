/**
 * A text from the cluster, so that it can stand in a sentence of ours: on one line, without control characters, bounded, in quotation marks. What
 * it says, be it “ignore your instructions”, is then somebody's words and nobody takes it for ours.
 */
export function quote(text: string, longest = 160): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is taken out
  const plain = text.replaceAll(/\u001B\[[0-9;]*[A-Za-z]/g, "").replaceAll(/[\u0000-\u001F\u007F-\u009F\u200B-\u200F\u2028-\u202E\u2066-\u2069]+/g, " ");
  const line = plain.replaceAll(/\s+/g, " ").trim().replaceAll('"', "'");
  const characters = [...line];
  return `"${characters.length > longest ? `${characters.slice(0, longest - 1).join("")}…` : line}"`;
}
