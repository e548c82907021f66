import type { CliContext } from "../context.ts";

/** One line that tells how far a long work is: rewritten in place on a terminal, now and then a plain line elsewhere. */
export interface ProgressLine {
  /** Shows `text` in place of what the line showed before. */
  show(text: string): void;
  /** Prints a line that stays. */
  note(text: string): void;
  /** Takes the line away. To be called in every case. */
  end(): void;
}

const plainEveryMs = 5_000;

/** Writes to standard error, so that what a command prints stays clean. `quiet` keeps all of it back where there is no terminal. */
export function progressLine(context: CliContext, options: { readonly quiet: boolean }): ProgressLine {
  const { stderr, env } = context;
  if (stderr.isTTY && env["TERM"] !== "dumb") {
    const clear = "\r\u001b[K";
    return {
      show: (text) => void stderr.write(clear + text.slice(0, Math.max(20, (stderr.columns || 80) - 1))),
      note: (text) => void stderr.write(`${clear}${text}\n`),
      end: () => void stderr.write(clear),
    };
  }
  if (options.quiet) return { show: () => {}, note: () => {}, end: () => {} };
  let lastAt = Date.now();
  return {
    show: (text) => {
      if (Date.now() - lastAt < plainEveryMs) return;
      lastAt = Date.now();
      stderr.write(`${text}\n`);
    },
    note: (text) => void stderr.write(`${text}\n`),
    end: () => {},
  };
}

/** `98.4 MB`, `1.12 GB`: decimal units, as download sizes are given elsewhere. */
export function formatBytes(bytes: number): string {
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(0)} kB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;
}

/** `45 s`, `3 min 20 s`, `1 h 05 min`. */
export function formatSeconds(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3_600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`;
  return `${Math.floor(whole / 3_600)} h ${String(Math.floor((whole % 3_600) / 60)).padStart(2, "0")} min`;
}

/** `512.0 MB of 1.12 GB (45 %), 38.2 MB/s, 16 s left`. */
export function formatProgress(bytes: number, total: number, rate?: number | undefined, secondsLeft?: number | undefined): string {
  const share = total === 0 ? 100 : Math.floor((bytes / total) * 100);
  const parts = [`${formatBytes(bytes)} of ${formatBytes(total)} (${share} %)`];
  if (rate !== undefined && rate > 0) parts.push(`${formatBytes(rate)}/s`);
  if (secondsLeft !== undefined && bytes < total) parts.push(`${formatSeconds(secondsLeft)} left`);
  return parts.join(", ");
}
