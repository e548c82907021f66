import { z } from "zod";

/** A path of a file below some folder, with forward slashes: never absolute, never upwards, nothing of git's own. */
export const innerPath = z
  .string()
  .max(300)
  .refine(isInnerPath, "expected a path below the folder, such as deploy/app.yaml (no `..`, no leading slash, nothing in .git)");

export function isInnerPath(path: string): boolean {
  if (path === "" || /[\\\0\n"]/.test(path)) return false;
  return path.split("/").every((part) => part !== "" && part !== "." && part !== ".." && part.toLowerCase() !== ".git");
}
