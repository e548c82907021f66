import { composeMail } from "./message.js";
import { readSettings } from "./settings.js";

/** One mail with what has happened in a day; nothing where nothing has. */
export function composeDigest(events, from, to) {
  if (events.length === 0) return undefined;
  const text = events.map(({ at, what }) => `${at}  ${what}`).join("\n");
  return composeMail({ from, replyTo: from, to, subject: `${events.length} news`, text });
}

if (process.argv[1] === import.meta.filename) {
  const settings = readSettings(process.env, ["SMTP_HOST", "MAIL_FROM"]);
  console.log(`digest: from ${settings.MAIL_FROM} by ${settings.SMTP_HOST}`);
}
