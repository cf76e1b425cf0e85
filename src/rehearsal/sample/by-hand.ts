/** Two task files that a person types beside the plan: one with a small cap of its own, one that the plan still needs. */

export interface HandWritten {
  /** From the repository's root. */
  path: string;
  text: string;
  /** Lines of the front matter: what is worth showing. */
  headLines: number;
}

const handWritten = (agent: string, id: string, head: readonly string[], body: string): HandWritten => {
  const front = ['---', `id: ${id}`, `agent: ${agent}`, ...head, '---'];
  return { path: `tasks/${agent}/${id}.md`, text: `${front.join('\n')}\n${body}`, headLines: front.length };
};

/** Its cap funds the first request on sonnet with its worst case, and little more. `created` is ISO 8601. */
export const priceListTask = (created: string): HandWritten =>
  handWritten(
    'engineer-frontend',
    'price-list',
    [
      'title: Show what each product has cost',
      'priority: p2',
      `created: ${created}`,
      'files: [src/frontend/price-list.js, src/frontend/price-list.test.js]',
      'traits: { complete_feature: true }',
      'budget_usd: 0.16',
    ],
    `
## Description

A page with a row for each product and year, from docs/price-history.csv.

## Acceptance Criteria

- [ ] 1. A row shows the lowest and the highest price of its year
`,
  );

/** Belongs to the plan and moves money, so that only opus and a person may see it through. */
export const receiptsTask = (plan: string, created: string): HandWritten =>
  handWritten(
    'engineer-backend',
    `${plan}-09-receipts`,
    [
      'title: Give a receipt for every refund',
      'priority: p2',
      `created: ${created}`,
      'files: [src/backend/receipts.js, src/backend/receipts.test.js]',
      'traits: { complete_feature: true }',
      'risk: [payment]',
      `plan: ${plan}`,
    ],
    `
## Description

receiptFor(order, sku) says in whole cents what was refunded for a line of an order, and when.

## Acceptance Criteria

- [ ] 1. The amount is that of refundFor
`,
  );
