/**
 * node-llama-cpp alone, with its best settings (one libuv thread, flash attention, physical cores), in a process of its own: what
 * the engine is measured against. Arguments: model, threads, prompt tokens, answer tokens. Prints one line of JSON a round for
 * each line that it reads, so that both sides can take turns.
 */
import { createInterface } from "node:readline";
import { getLlama, LlamaLogLevel } from "node-llama-cpp";

const [modelPath = "", threads = "1", promptTokens = "0", answerTokens = "0"] = process.argv.slice(2);
const llama = await getLlama({
  gpu: "auto",
  build: "never",
  skipDownload: true,
  progressLogs: false,
  logLevel: LlamaLogLevel.error,
  maxThreads: 0,
});
const model = await llama.loadModel({ modelPath, defaultContextFlashAttention: true });
const context = await model.createContext({
  contextSize: Number(promptTokens) + Number(answerTokens) + 256,
  flashAttention: true,
  threads: Number(threads),
});
const sequence = context.getSequence();
process.stdout.write("ready\n");

for await (const line of createInterface({ input: process.stdin })) {
  const tokens = model.tokenize(line, true).slice(0, Number(promptTokens));
  // A text of its own each time: nothing of the round before can help.
  await sequence.clearHistory();
  const started = performance.now();
  const generator = sequence.evaluate(tokens, { temperature: 0, yieldEogToken: true });
  let next = await generator.next();
  const prefilled = performance.now();
  let decoded = 1;
  while (decoded < Number(answerTokens) && next.done !== true) {
    next = await generator.next();
    decoded++;
  }
  const ended = performance.now();
  await generator.return();
  process.stdout.write(
    `${JSON.stringify({ promptTokens: tokens.length, outputTokens: decoded, prefillMs: prefilled - started, decodeMs: ended - prefilled })}\n`,
  );
}
process.exit(0);
