import { readSettings } from "./settings.js";

/** Whose mail came back, by the status of the relay: 5 is for good, 4 may work another day. */
export function classify(report) {
  const [, recipient] = /Final-Recipient: rfc822; (\S+)/i.exec(report) ?? [];
  const [, kind] = /Status: ([45])\.\d+\.\d+/.exec(report) ?? [];
  return recipient === undefined || kind === undefined ? undefined : { recipient, forGood: kind === "5" };
}

if (process.argv[1] === import.meta.filename) {
  const { MAIL_BOUNCE } = readSettings(process.env, ["MAIL_BOUNCE"]);
  console.log(`bounces: reading the box of ${MAIL_BOUNCE}`);
  setInterval(() => {}, 60_000);
}
