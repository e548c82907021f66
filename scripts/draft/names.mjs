// Names, ids and times that look as a cluster makes them and are the same whenever a draft is written.
import { createHash } from "node:crypto";

const digest = (text) => createHash("sha256").update(text).digest();

/** A uid of version 4's form. */
export function uidOf(text) {
  const hex = digest(`uid ${text}`).toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** Kubernetes' own alphabet for generated names: no vowels, nothing that looks alike. */
const safe = "bcdfghjklmnpqrstvwxz2456789";
export function suffixOf(text, length) {
  return [...digest(`suffix ${text}`).subarray(0, length)].map((byte) => safe[byte % safe.length]).join("");
}

export function hexOf(text) {
  return digest(`hex ${text}`).toString("hex");
}

/** A number from 0 to 1 for a text. */
export function shareOf(text) {
  return digest(`share ${text}`).readUInt32BE(0) / 2 ** 32;
}

const units = { s: 1, m: 60, h: 3600, d: 86_400 };

/** `3d 4h`, `24m`, `90s`, or a number of seconds. */
export function secondsOf(ago) {
  if (typeof ago === "number") return ago;
  let sum = 0;
  const rest = ago.replaceAll(/(\d+(?:\.\d+)?)([smhd])\s*/g, (_, number, unit) => {
    sum += Number(number) * units[unit];
    return "";
  });
  if (rest !== "" || ago === "") throw new Error(`"${ago}" is no duration: write 3d 4h, 24m, 90s`);
  return sum;
}

/** A clock that stands still at the moment of the recording. */
export function createClock(recordedAt) {
  const now = Date.parse(recordedAt);
  const at = (ago) => now - secondsOf(ago) * 1000;
  return {
    recordedAt,
    /** `2026-11-17T09:42:00Z` */
    stamp: (ago) => new Date(at(ago)).toISOString().replace(/\.\d+Z$/, "Z"),
    /** Seconds since a stamp. */
    since: (stamp) => (stamp === undefined ? 0 : (now - Date.parse(stamp)) / 1000),
    /** With nanoseconds, as log lines have them. */
    fine: (ago, salt) => {
      const nanos = Math.floor(shareOf(`${salt} ${ago}`) * 1e9);
      return new Date(at(ago)).toISOString().replace(/\.\d+Z$/, `.${String(nanos).padStart(9, "0")}Z`);
    },
    /** Versions of objects grow with time: a write every few seconds. */
    version: (ago) => String(48_300_000 - Math.floor(secondsOf(ago) / 4)),
  };
}
