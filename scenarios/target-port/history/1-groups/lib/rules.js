/** The price for a group of customers. */
export function priceOf(article, { group } = {}, limit = 40) {
  const percent = Math.min(article.groups?.[group] ?? 0, limit);
  return { price: Math.round((article.price * (100 - percent)) / 100), percent };
}
