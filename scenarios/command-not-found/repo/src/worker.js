import { rollUp } from "./rollup.js";

const queueUrl = process.env.QUEUE_URL ?? "http://queue";
const seen = new Set();
console.log(`usage worker starting, node ${process.version}`);
for (;;) {
  const answer = await fetch(`${queueUrl}/readings?take=500`).catch(() => undefined);
  const readings = answer?.ok ? await answer.json() : [];
  if (readings.length > 0) {
    const hours = rollUp(readings, { seen });
    await fetch(`${queueUrl}/hours`, { method: "POST", body: JSON.stringify([...hours]) });
    console.log(`${readings.length} readings, ${hours.size} hours`);
  } else await new Promise((done) => setTimeout(done, 2000));
}
