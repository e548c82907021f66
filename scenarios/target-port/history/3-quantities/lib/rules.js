/** The price for a group of customers and a quantity: the discounts of both are added, up to the limit. */
export function priceOf(article, { quantity = 1, group } = {}, limit = 40) {
  if (!Number.isInteger(quantity) || quantity < 1) throw new RangeError("a quantity is a whole number from 1");
  const steps = (article.quantities ?? []).filter(({ from }) => quantity >= from).map(({ percent }) => percent);
  const percent = Math.min((article.groups?.[group] ?? 0) + Math.max(0, ...steps), limit);
  return { price: Math.round((article.price * (100 - percent)) / 100), percent };
}
