import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, rename } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { commandFor } from "./command.js";
import { ladderFor } from "./ladder.js";

const inbox = process.env.INBOX ?? "/inbox";
console.log(`waiting for videos in ${inbox}`);
for (;;) {
  const name = (await readdir(inbox)).find((one) => one.endsWith(".mp4"));
  if (name === undefined) {
    await pause(2000);
    continue;
  }
  const taken = `${inbox}/${name}.taken`;
  await rename(`${inbox}/${name}`, taken);
  for (const step of ladderFor({ height: 1080 })) {
    const child = spawn("ffmpeg", commandFor(taken, step, `/outbox/${name}-${step.height}.mp4`), { stdio: "ignore" });
    await once(child, "exit");
    console.log(`${name}: ${step.height} lines done`);
  }
}
