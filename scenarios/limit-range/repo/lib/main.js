import { readFileSync } from "node:fs";
import { createThumbsServer } from "./server.js";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
const maxMegapixels = Number(process.env.MAX_MEGAPIXELS ?? 24);
const log = (line) => console.log(line);
const server = createThumbsServer({ pictures: new Map(), maxMegapixels, log });
server.listen(Number(process.env.PORT ?? 8080), () => log(`thumbs ${version} listening on :8080, pictures of up to ${maxMegapixels} megapixels`));
