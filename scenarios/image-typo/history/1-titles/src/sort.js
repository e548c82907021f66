export function sortTitles(titles) {
  return [...titles].sort((a, b) => a.name.localeCompare(b.name, "en"));
}
