import { parseArgs } from "node:util";

const common = {
  places: { type: "string", default: "/data/places.csv" },
  "cache-size": { type: "string", default: "1000" },
};
const commands = {
  serve: { ...common, port: { type: "string", default: "8080" }, radius: { type: "string", default: "50" } },
  batch: { ...common, file: { type: "string", default: "/work/in.csv" } },
};

/** Reads the command line. Throws what `node:util` says of an option that the command does not have. */
export function readOptions([command = "serve", ...args]) {
  if (!Object.hasOwn(commands, command)) throw new Error(`there is no command ${command}`);
  const { values } = parseArgs({ args, options: commands[command], strict: true });
  const number = (name) => {
    const value = Number(values[name]);
    if (!Number.isFinite(value) || value < 0) throw new Error(`--${name} is no number: ${values[name]}`);
    return value;
  };
  return {
    command,
    places: values.places,
    cacheEntries: number("cache-size"),
    ...(command === "serve" && { port: number("port"), maxDistanceKm: number("radius") }),
    ...(command === "batch" && { input: values.file }),
  };
}
