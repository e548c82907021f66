import { createTwoFilesPatch, FILE_HEADERS_ONLY } from "diff";

/** The unified diff of a file's two texts with three lines around each change, as `git apply` takes it; empty where the texts are the same. */
export function unifiedDiff(path: string, before: string, after: string): string {
  if (before === after) return "";
  const options = { context: 3, headerOptions: FILE_HEADERS_ONLY };
  return createTwoFilesPatch(`a/${path}`, `b/${path}`, before, after, undefined, undefined, options);
}
