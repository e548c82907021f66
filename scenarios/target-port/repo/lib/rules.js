/** The lowest price that a rule gives; rules never add up, and no discount goes beyond the limit. */
export function priceOf(article, { quantity = 1, group } = {}, limit = 40) {
  if (!Number.isInteger(quantity) || quantity < 1) throw new RangeError("a quantity is a whole number from 1");
  const discounts = [
    ...(article.groups?.[group] === undefined ? [] : [{ rule: `group ${group}`, percent: article.groups[group] }]),
    ...(article.quantities ?? []).filter(({ from }) => quantity >= from).map(({ from, percent }) => ({ rule: `from ${from}`, percent })),
  ];
  const best = discounts.reduce((a, b) => (b.percent > a.percent ? b : a), { rule: "list", percent: 0 });
  const percent = Math.min(best.percent, limit);
  return { price: Math.round((article.price * (100 - percent)) / 100), percent, rule: best.rule };
}
