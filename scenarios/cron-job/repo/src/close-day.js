import { batchesOf } from "./batches.js";
import { checkSum, statementOf } from "./statement.js";

const base = process.env.LEDGER_URL;
const size = Number(process.env.BATCH ?? 500);
const ask = async (path, body) => {
  const response = await fetch(`${base}${path}`, body && { method: "POST", body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.json();
};

const started = Date.now();
await ask("/lock", { for: "close-day" });
try {
  const accounts = await ask("/accounts");
  console.log(`closing the day for ${accounts.length} accounts, ${size} at a time`);
  for (const [index, batch] of batchesOf(accounts, size).entries()) {
    const statements = await Promise.all(batch.map(async (account) => statementOf(await ask(`/accounts/${account}/day`))));
    if (checkSum(statements) !== 0) console.warn(`batch ${index + 1} does not add up to nothing`);
    await ask("/statements", statements);
  }
  console.log(`day closed in ${Math.round((Date.now() - started) / 1000)} s`);
} finally {
  await ask("/unlock", { for: "close-day" });
}
