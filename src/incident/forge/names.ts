import { CloisterError } from "../../error.ts";

const namePattern = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9_-])?$/;
// What `git check-ref-format` forbids, and what `git rev-parse` would read as an expression instead of a name.
// oxlint-disable-next-line no-control-regex
const notInBranch = /[\u0000-\u0020\u007f~^:?*[\\]|\.\.|@\{|\/\/|\.lock(?:\/|$)|(?:^|\/)\.|[./]$|^[-/@]$|^[-/]/;

/** An owner's or a repository's name: one path segment that is neither hidden, nor `..`, nor anything a file system or URL reads otherwise. */
export function isName(text: string): boolean {
  return namePattern.test(text) && !text.includes("..") && !text.endsWith(".git") && !text.endsWith(".lock");
}

/** A branch's short name, such that `refs/heads/NAME` names that ref and nothing else to git. */
export function isBranchName(text: string): boolean {
  return text.length > 0 && text.length <= 200 && !notInBranch.test(text);
}

/** @throws CloisterError `bad-request` naming the field */
export function requireName(text: string, field: string): string {
  if (isName(text)) return text;
  throw new CloisterError(
    "bad-request",
    `${JSON.stringify(text.slice(0, 120))} cannot be the forge's ${field}: letters, digits, '.', '_' and '-' only.`,
    {
      field,
    },
  );
}
