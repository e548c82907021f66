import type { LeftOut } from "./plan-lists.ts";
import type { Redaction } from "./redact-object.ts";
import type { Reason } from "./redact-text.ts";

/** What a capture took and what it did not: `manifest.json` of its folder. It never holds a value that was taken out. */
export interface CaptureManifest {
  readonly format: 1;
  readonly capturedAt: string;
  readonly namespace: string;
  readonly tools: { readonly cloister: string; readonly kubectl: string; readonly server: string };
  readonly objects: readonly { readonly resource: string; readonly version: string; readonly count: number }[];
  readonly logs: { readonly files: number; readonly lines: number; readonly bytes: number };
  readonly repository: RepositoryNote;
  /** Not asked for, or asked for and not given. */
  readonly leftOut: readonly LeftOut[];
  /** Taken in part. */
  readonly cut: readonly LeftOut[];
  readonly redacted: {
    readonly objects: readonly Redaction[];
    readonly logs: readonly { readonly log: string; readonly why: Reason; readonly lines: number }[];
    readonly files: readonly { readonly file: string; readonly why: Reason | "Secret" }[];
  };
}

export type RepositoryNote =
  | { readonly from: "folder"; readonly commit: string; readonly files: number }
  | { readonly from: "objects"; readonly applied: number; readonly derived: number; readonly files: number };
