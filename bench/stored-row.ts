import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import type { Row, RowId } from "./row.ts";

const stored = z.object({
  settings: z.record(z.string(), z.unknown()),
  row: z.object({
    id: z.string(),
    value: z.number(),
    unit: z.string(),
    better: z.enum(["higher", "lower"]),
    raw: z.record(z.string(), z.unknown()),
    versions: z.record(z.string(), z.string()),
  }),
});

/** A row of an earlier run that was measured with the same settings; undefined for anything else, which is then measured again. */
export function readStoredRow(value: unknown, id: RowId, settings: Readonly<Record<string, unknown>>): Row | undefined {
  const parsed = stored.safeParse(value).data;
  if (parsed === undefined || parsed.row.id !== id || !isDeepStrictEqual(parsed.settings, settings)) return undefined;
  return { ...parsed.row, id };
}
