/** The service behind a path; undefined where there is none. */
export function serviceFor(path, services) {
  const [, first] = path.split("/");
  return Object.hasOwn(services, first) ? services[first] : undefined;
}
