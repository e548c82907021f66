import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { composeMail, fill } from "./message.js";
import { readSettings } from "./settings.js";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
const settings = readSettings(process.env, ["SMTP_HOST", "SMTP_PORT", "MAIL_FROM", "MAIL_REPLY_TO", "TEMPLATES"]);

console.log(`mailer ${version}: relay ${settings.SMTP_HOST}:${settings.SMTP_PORT}, templates ${settings.TEMPLATES}`);
const server = createServer((request, response) => {
  if (request.url === "/healthz") return response.end("ok");
  const mail = composeMail({
    from: settings.MAIL_FROM,
    replyTo: settings.MAIL_REPLY_TO,
    to: "customer@mail.example",
    subject: "Your order",
    text: fill("Hello {name}", { name: "customer" }),
  });
  response.end(mail);
});
server.listen(8080, () => console.log("listening on :8080"));
process.on("SIGTERM", () => server.close(() => process.exit(0)));
