/** The settings from the environment; throws for one that is missing or no number. */
export function readSettings(env) {
  const port = Number(env.PORT);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new Error(`PORT has to be a port, and is ${env.PORT ?? "missing"}`);
  const limit = Number(env.DISCOUNT_LIMIT ?? 40);
  if (!(limit >= 0 && limit <= 100)) throw new Error(`DISCOUNT_LIMIT has to be a percentage, and is ${env.DISCOUNT_LIMIT}`);
  return { port, limit };
}
