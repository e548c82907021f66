/** How many insertions, deletions, replacements and swaps of neighbours lead from one text to the other (Damerau–Levenshtein, optimal string alignment). */
export function distance(a: string, b: string): number {
  const width = b.length + 1;
  let before: number[] = [];
  let last = Array.from({ length: width }, (_, at) => at);
  for (let row = 1; row <= a.length; row++) {
    const line = [row];
    for (let column = 1; column < width; column++) {
      const same = a[row - 1] === b[column - 1];
      let least = Math.min((last[column] ?? 0) + 1, (line[column - 1] ?? 0) + 1, (last[column - 1] ?? 0) + (same ? 0 : 1));
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1])
        least = Math.min(least, (before[column - 2] ?? 0) + 1);
      line.push(least);
    }
    [before, last] = [last, line];
  }
  return last[b.length] ?? 0;
}

/** Longest texts that are compared, in characters: names in Kubernetes have at most 253. */
const longest = 300;

/**
 * Those of `words` that somebody may have meant by `wanted`, nearest first: at most a third of its letters differ, or one holds the other
 * as a whole part between separators (`db` in `orders-db`).
 */
export function nearMisses(wanted: string, words: Iterable<string>, most = 3): readonly string[] {
  if (wanted.length > longest) return [];
  const scored: { word: string; score: number }[] = [];
  for (const word of new Set(words)) {
    if (word === wanted || word.length > longest) continue;
    const edits = distance(wanted.toLowerCase(), word.toLowerCase());
    const isPart = parts(word).includes(wanted) || parts(wanted).includes(word);
    if (edits <= Math.max(1, Math.floor(Math.max(wanted.length, word.length) / 3)) || isPart) scored.push({ word, score: edits });
  }
  return scored
    .sort((a, b) => a.score - b.score || (a.word < b.word ? -1 : 1))
    .slice(0, most)
    .map(({ word }) => word);
}

/** Every run of whole parts: `orders-db` has `orders`, `db`; `a-b-c` has `a-b` too. */
function parts(word: string): readonly string[] {
  const pieces = word.split(/[-_.]/);
  const runs: string[] = [];
  for (let from = 0; from < pieces.length; from++)
    for (let to = from + 1; to <= pieces.length; to++) if (to - from < pieces.length) runs.push(pieces.slice(from, to).join("-"));
  return runs;
}
