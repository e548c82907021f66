import { readFileSync } from "node:fs";
import { readArchive } from "./archive.js";
import { createFeedServer } from "./server.js";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
const weights = JSON.parse(readFileSync(process.env.WEIGHTS ?? "/etc/feed/feed.json", "utf8"));
const archive = process.env.ARCHIVE_URL ?? "http://archive:80";
const log = (line) => console.log(line);

const state = { articles: undefined };
const server = createFeedServer({ state, weights });
log(`feed ${version} starting, half-life ${weights.halfLifeHours} h`);
server.listen(Number(process.env.PORT ?? 8080), () => log(`listening on :${server.address().port}`));
state.articles = await readArchive(async (hour) => (await fetch(`${archive}/hours/${hour}`)).json(), 48, log);
log(`ready, ${state.articles.length} articles`);
process.on("SIGTERM", () => {
  log("SIGTERM, answering what is open");
  server.close(() => process.exit(0));
});
