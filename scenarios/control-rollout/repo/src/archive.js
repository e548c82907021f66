/** Reads the articles of the last hours from the archive, an hour at a time; `fetchHour(index)` answers with a list. */
export async function readArchive(fetchHour, hours, log = () => {}) {
  const articles = [];
  for (let hour = 0; hour < hours; hour++) {
    articles.push(...(await fetchHour(hour)));
    if (hour % 12 === 11) log(`archive: ${hour + 1} of ${hours} hours, ${articles.length} articles`);
  }
  return articles;
}
