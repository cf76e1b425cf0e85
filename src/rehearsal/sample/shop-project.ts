/** The sample's papers: what it is, its conventions, and what kleiber knows about it. */

export const shopProject: Readonly<Record<string, string>> = {
  '.gitattributes': `orchestration_log.md merge=union
reports/** linguist-generated=true
`,
  '.gitignore': `node_modules/
`,
  'CHANGELOG.md': `# Changelog

## 1.3.0

- Refunds of single lines, at the price that was paid.

## 1.2.0

- The cart page shows a total.

## 1.0.0

- Catalogue, cart and checkout.
`,
  'README.md': `# Corner shop

A small shop: a catalogue, a cart, a checkout, refunds, and the pages that customers see. No dependencies; Node runs it
as it stands.

    npm test

- \`src/common/\` is what both sides need, money above all
- \`src/backend/\` holds the rules: catalogue, cart, checkout, refunds
- \`src/frontend/\` turns their results into HTML; pure functions that return strings
- \`docs/\` explains it: start with \`docs/architecture/overview.md\`

Conventions are in \`docs/conventions.md\`.
`,
  'docs/architecture/overview.md': `# Overview

    cart ──▶ checkout ──▶ order ──▶ cart page
                            └─────▶ refunds

An order is a plain object: \`{ lines, subtotal, total }\`. Whoever makes one fills all fields; whoever reads one
computes none of them again.
`,
  'docs/conventions.md': `# Conventions

- Money is whole cents everywhere. Only \`src/common/money.js\` turns cents into text, so that a price looks the same on
  every page; a test watches over that.
- A user's mistake is a value with a reason (\`{ ok: false, reason: 'unknown_product' }\`), never an exception.
- Dates are ISO days in UTC (\`2026-11-21\`), compared as text.
- A test stands beside the file it tests.
`,
  'kleiber.yml': `# What must pass before anything lands.
checks:
  - name: tests
    command: node --test tests.js
    timeout_minutes: 2

# Where each agent may write.
roles:
  architect:
    paths: [docs/architecture/**]
  engineer-frontend:
    paths: [src/frontend/**]
  engineer-backend:
    paths: [src/backend/**, src/common/**]
  scribe:
    paths: [docs/**, '*.md']

# Play money: a rehearsal costs nothing, and its caps hold all the same.
budget:
  task_usd: 2
  plan_usd: 15
  day_usd: 10
  week_usd: 20
  guard_usd: 8
`,
  /** One process for all tests: a visitor waits for them some thirty times. */
  'tests.js': `import { readdirSync } from 'node:fs';

for (const file of readdirSync('src', { recursive: true }).sort())
  if (file.endsWith('.test.js')) await import(\`./src/\${file}\`);
`,
  'package.json': `{
  "name": "corner-shop",
  "version": "1.3.0",
  "private": true,
  "type": "module",
  "scripts": {
    "test": "node --test tests.js"
  }
}
`,
};
