/** The sample's one long file: what every product has cost, week by week. Reading all of it is dear. */

const PRODUCTS = [
  { sku: 'tea', name: 'Green tea, 100 g', cents: 520 },
  { sku: 'cup', name: 'Cup', cents: 1099 },
  { sku: 'pot', name: 'Teapot', cents: 2995 },
] as const;

/** Weeks of the years before the sample begins, and the cents that a product gains in each half of a year. */
const WEEKS = 100;
const STEP = 25;
const DAY_MS = 86_400_000;
const FIRST_DAY = Date.UTC(2024, 11, 2);

const lineOf = (week: number, { sku, name, cents }: (typeof PRODUCTS)[number]): string => {
  const day = new Date(FIRST_DAY + week * 7 * DAY_MS).toISOString().slice(0, 10);
  return `${day},${sku},"${name}",${cents + STEP * Math.floor(week / 26)},EUR cents,"as agreed with the supplier, from the weekly price sheet"`;
};

const weeks = Array.from({ length: WEEKS }, (_, week) => PRODUCTS.map(product => lineOf(week, product))).flat();

export const shopHistory: Readonly<Record<string, string>> = {
  'docs/price-history.csv': `day,sku,name,price,unit,source\n${weeks.join('\n')}\n`,
};
