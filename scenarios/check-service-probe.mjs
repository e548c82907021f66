// Loaded into a service before its own code: answers over the process channel how much memory lives after a full collection.
process.on("message", async () => {
  // The second collection takes what finalizers of the first let go, after the turn in which they run.
  globalThis.gc();
  await new Promise((next) => setTimeout(next, 20));
  globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  process.send(heapUsed + external);
});
process.channel.unref();
