const address = /^[^@\s]+@[^@\s]+\.[^@\s]+$/;

/** What a program needs, from the environment; throws for what is missing or wrong, all of it at once. */
export function readSettings(env, needed) {
  const problems = [];
  const settings = {};
  for (const name of needed) {
    const value = env[name];
    if (value === undefined || value === "") problems.push(`${name} is missing`);
    else if (name.startsWith("MAIL_") && !address.test(value)) problems.push(`${name} is no address`);
    else settings[name] = value;
  }
  if (problems.length > 0) throw new Error(problems.join(", "));
  return settings;
}
