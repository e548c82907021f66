/**
 * Articles by weight, best first: readers, a bonus for its section, and half of it all after `halfLifeHours`. At most
 * `perAuthor` of one author. `now` and `published` are milliseconds.
 */
export function rank(articles, { halfLifeHours, sectionBonus = {}, perAuthor = 3, limit = 40 }, now) {
  if (!(halfLifeHours > 0)) throw new RangeError("halfLifeHours must be a number of hours");
  const weighed = articles.map((article) => {
    const hours = Math.max(0, now - article.published) / 3_600_000;
    return { article, weight: (article.readers + (sectionBonus[article.section] ?? 0)) * 0.5 ** (hours / halfLifeHours) };
  });
  weighed.sort((a, b) => b.weight - a.weight || b.article.published - a.article.published);
  const byAuthor = new Map();
  const chosen = [];
  for (const { article } of weighed) {
    const count = byAuthor.get(article.author) ?? 0;
    if (count >= perAuthor) continue;
    byAuthor.set(article.author, count + 1);
    chosen.push(article);
    if (chosen.length === limit) break;
  }
  return chosen;
}
