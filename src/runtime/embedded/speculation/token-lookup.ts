/** Where the end of a text stood before: `length` tokens are the same, and `next` is the index of the token that followed. */
export interface Match {
  readonly length: number;
  readonly next: number;
}

export interface TokenLookup {
  /** The text goes on. */
  push(tokens: readonly number[]): void;
  /** What follows does not continue what came before: nothing matches across it. */
  divide(): void;
  /** Earlier places that end as the text does: the longest first, among equals the most recent. */
  matches(): readonly Match[];
  /** Up to `most` tokens that followed a match. */
  continuation(match: Match, most: number): number[];
}

/** Tokens that have to be the same before a place counts as the same: two are the same everywhere in code. */
export const shortestMatch = 3;
/** A longer one says nothing more. */
const longestMatch = 32;
/** Bounds the search where one phrase stands in a hundred places. */
const mostPlaces = 64;
const mostMatches = 4;
const divider = -1;

/** Finds the ends of a growing text in what came before. Adding a token and asking cost the same however long the text is. */
export function createTokenLookup(): TokenLookup {
  const tokens: number[] = [];
  /** The most recent index at which these three tokens end, by their hash. */
  const latest = new Map<number, number>();
  /** For each index the one before it with the same hash; -1 where there is none. */
  const earlier: number[] = [];

  function hashAt(end: number): number {
    let hash = 0;
    for (let index = end - shortestMatch + 1; index <= end; index++)
      hash = Math.imul(hash ^ (tokens[index] ?? divider), 0x9e3779b1) ^ (hash >>> 15);
    return hash;
  }

  function sameBefore(one: number, other: number): number {
    let length = 0;
    while (length < longestMatch && one - length >= 0) {
      const token = tokens[one - length];
      if (token === divider || token !== tokens[other - length]) break;
      length++;
    }
    return length;
  }

  function add(token: number): void {
    const index = tokens.push(token) - 1;
    if (index + 1 < shortestMatch) {
      earlier.push(-1);
      return;
    }
    const hash = hashAt(index);
    earlier.push(latest.get(hash) ?? -1);
    latest.set(hash, index);
  }

  return {
    push(more) {
      for (const token of more) add(token);
    },
    divide: () => add(divider),
    matches() {
      const end = tokens.length - 1;
      const found: Match[] = [];
      let place = earlier[end] ?? -1;
      for (let looked = 0; place >= 0 && looked < mostPlaces; looked++, place = earlier[place] ?? -1) {
        const length = sameBefore(place, end);
        if (length >= shortestMatch) found.push({ length, next: place + 1 });
      }
      return found.sort((a, b) => b.length - a.length || b.next - a.next).slice(0, mostMatches);
    },
    continuation(match, most) {
      const following = tokens.slice(match.next, match.next + most);
      const at = following.indexOf(divider);
      return at < 0 ? following : following.slice(0, at);
    },
  };
}
