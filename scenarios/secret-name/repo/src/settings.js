/** What the service reads from its environment. Throws where something that it cannot do without is missing. */
export function readSettings(env) {
  const database = env.DATABASE_URL;
  if (!database) throw new Error("DATABASE_URL is not set");
  const url = new URL(database);
  if (!/^postgres(ql)?:$/.test(url.protocol)) throw new Error(`DATABASE_URL is no address of PostgreSQL: ${url.protocol}`);
  return {
    port: Number(env.PORT ?? 8080),
    database,
    databaseHost: url.hostname,
    radiusKm: Number(env.RADIUS_KM ?? 12),
  };
}
