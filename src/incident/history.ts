import { z } from "zod";
import { innerPath } from "./inner-path.ts";

const span = /^(?:(\d{1,4})d)? ?(?:(\d{1,2})h)? ?(?:(\d{1,2})m)?$/;

/** `12d 4h`, `24m`: a length of time, in seconds. */
const duration = z.string().transform((text, context) => {
  const [whole, days = "0", hours = "0", minutes = "0"] = span.exec(text) ?? [];
  if (whole === undefined || whole.trim() === "") {
    context.addIssue({ code: "custom", message: "expected a length of time such as 12d 4h or 24m" });
    return z.NEVER;
  }
  return ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60;
});

const commitSchema = z.strictObject({
  message: z.string().trim().min(1).max(2000),
  author: z.string().regex(/^[^<>\n]+ <[^<>\s]+@[^<>\s]+>$/, "expected Name <name@example.org>"),
  /** Seconds before the run; author's and committer's date. */
  ago: duration,
  /** A folder below `history/` whose files are written as they stand. */
  overlay: innerPath.optional(),
  /** Files of `repo/` that are written in their last form. */
  take: z.array(innerPath).default([]),
  /** Files of `repo/` that are written in their last form, but for one text that occurs in it exactly once. */
  older: z.array(z.strictObject({ file: innerPath, replace: z.string().min(1), with: z.string() })).default([]),
  remove: z.array(innerPath).default([]),
});

/** The commits of the repository, oldest first. After the last one the tree is `repo/`. */
export const historySchema = z.strictObject({ commits: z.array(commitSchema).min(1).max(100) }).superRefine(({ commits }, context) => {
  commits.forEach((commit, index) => {
    const before = commits[index - 1];
    if (before === undefined || before.ago > commit.ago) return;
    context.addIssue({ code: "custom", path: ["commits", index, "ago"], message: "expected a commit younger than the one above it" });
  });
});

export type History = Readonly<z.infer<typeof historySchema>>;
export type HistoryCommit = Readonly<z.infer<typeof commitSchema>>;
