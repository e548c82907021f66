import { knownImages, repositoryOf } from "./analyzers/images.ts";
import type { Finding } from "./finding.ts";
import { namesWord } from "./meant.ts";
import { distance } from "./near.ts";
import type { Place } from "./predict.ts";
import { quote } from "./quote.ts";
import type { Snapshot } from "./snapshot.ts";

/**
 * An image that ran in this place in the revision before is known to come. One that nobody has seen is believed where it has the form of those
 * that ran (`3.2.1-alpine` beside `3.2.0-alpine`), is of the same repository, and of the version that was written.
 */
export function imageStays(
  { workload, container }: Place,
  before: Snapshot,
  finding: Finding,
  value: string | undefined,
  repositoryText: string,
): string | undefined {
  const old = finding.value ?? "";
  if (value === undefined) return "there is no image";
  if (value === old) return "the image is the same";
  const known = knownImages(before, workload, container.name, old);
  const seen = known.find((candidate) => candidate.value === value);
  if (seen !== undefined) {
    const running = known.filter(({ why }) => why.startsWith("pods of it"));
    return running.length > 0 &&
      !running.some((one) => one.value === value) &&
      seen.why.startsWith("revision") &&
      compareTags(value, running[0]?.value ?? value) < 0
      ? `${quote(value)} is older than what runs now`
      : undefined;
  }
  if (
    repositoryOf(value) !== repositoryOf(old) &&
    finding.fault !== "image-registry" &&
    known.some((one) => repositoryOf(one.value) === repositoryOf(old))
  )
    return `${quote(value)} is of another repository`;
  const shapes = new Set(known.map((one) => shapeOf(one.value)));
  if (shapes.size > 0 && !shapes.has(shapeOf(value))) return `nobody has seen ${quote(value)}, and no image that ran is named like that`;
  if (shapes.size === 0 && distance(value, old) > 6) return `nobody has seen ${quote(value)}`;
  const [, digest] = value.split("@");
  if (digest !== undefined && !namesWord(repositoryText, digest)) return "nothing shows that this digest is of the image";
  // A misspelt word keeps its numbers; another version is another program, unless the repository says that it is this one.
  if (numbersOf(value) !== numbersOf(old) && !namesWord(repositoryText, tagOf(value)))
    return `nobody has seen ${quote(value)}, and it is another version than the ${quote(tagOf(old), 60)} that was written`;
  return undefined;
}

/** A tag with its numbers taken out: `3.2.1-alpine` → `#.#.#-alpine`. */
function shapeOf(image: string): string {
  return tagOf(image).replaceAll(/\d+/g, "#");
}

/** The numbers of a version, without those of the words for an architecture. */
function numbersOf(image: string): string {
  return [
    ...tagOf(image)
      .replaceAll(/amd64|arm64|x86.64|aarch64|arm64v8/g, "")
      .matchAll(/\d+/g),
  ].join(".");
}

function tagOf(image: string): string {
  const bare = image.split("@")[0] ?? image;
  return bare.slice(repositoryOf(bare).length + 1);
}

function compareTags(a: string, b: string): number {
  const [left, right] = [a, b].map((image) => [...tagOf(image).matchAll(/\d+/g)].map(([digits]) => Number(digits)));
  for (let at = 0; at < Math.max(left?.length ?? 0, right?.length ?? 0); at++) {
    const difference = (left?.[at] ?? 0) - (right?.[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
