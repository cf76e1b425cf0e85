/** Risk that is found by code: what must be seen, and what must not be mistaken for it. */
import { describe, expect, test } from 'vitest';
import type { ChangedFile } from '../../src/domain/blocker.ts';
import { diffRisks, pathRisks, textRisks } from '../../src/policy/risks.ts';
import { secondDraft } from '../../src/rehearsal/scripts/plan-draft.ts';
import { taskOf } from '../support/policy-values.ts';

const risksOf = (found: readonly { risk: string }[]): string[] => found.map(({ risk }) => risk);
const titled = (title: string, files = ['src/**']) => risksOf(textRisks(taskOf({ title, files })));

describe('the text of a task', () => {
  test.each([
    ['Design the authentication flow', ['authentication']],
    ['Refactor authentication across 6 services without downtime', ['authentication', 'multi_service']],
    ['Implement PCI-DSS compliant card storage', ['payment', 'compliance']],
    ['Design event-driven architecture for cross-border payments', ['payment', 'integration_point']],
    ['Design rate limiting strategy for 10M requests/day', ['performance_critical']],
    ['Optimize scheduling engine for large datasets', ['performance_critical']],
    ['Define frontend-backend API contracts', ['integration_point']],
    ['Charge the card again after a failure', ['payment']],
    ['Reset forgotten passwords by mail', ['authentication']],
    ['Only role-based access control may show the report', ['authorization']],
    ['Encrypt backups at rest', ['encryption']],
    ['Delete personal data on request (GDPR)', ['pii', 'compliance']],
    ['Close the XSS hole in comments', ['security']],
    ['Drop the legacy_orders table', ['destructive_migration']],
    ['Write the database migration for tags', ['schema_change']],
  ])('%s', (title, risks) => {
    expect(titled(title)).toEqual(risks);
  });

  test.each([
    'Take a coupon code at the checkout',
    'Price an order with a coupon',
    'Prices with a percentage off',
    'Show the discount on the cart page',
    'Add KYC status column and filter to dashboard',
    'Implement webhook handler with integration tests',
    'Create user settings page with form validation',
    'Add pagination to search results endpoint',
    'Generate TypeScript types from JSON schema',
    'Add basic logging to these 5 functions',
    'Add Person modal with form validation',
    'Fix date timezone issues in block generation',
    'Name the author of a post',
    'Truncate long titles in the list',
    'Permission to speak: a page of thanks',
  ])('%s is no risk', title => {
    expect(titled(title)).toEqual([]);
  });

  test('is read in description, criteria and context, and not in constraints, which name what is not to be touched', () => {
    const words = { text: 'a refund', checked: false };
    expect(risksOf(textRisks(taskOf({}, { description: 'Pay the refund out.' })))).toEqual(['payment']);
    expect(risksOf(textRisks(taskOf({}, { acceptanceCriteria: [words] })))).toEqual(['payment']);
    expect(risksOf(textRisks(taskOf({}, { context: 'Refunds call this.' })))).toEqual(['payment']);
    expect(textRisks(taskOf({}, { constraints: 'Do not touch payments.' }))).toEqual([]);
  });

  test.each([[['CHANGELOG.md', 'docs/coupons.md']], [['docs/**']]])(
    'counts for nothing where only prose can change: %s',
    files => {
      expect(titled('Explain payments, passwords and GDPR', files)).toEqual([]);
    },
  );

  test('counts where a document is only one of the files', () => {
    expect(titled('Explain payments', ['docs/**', 'src/pay.ts'])).toEqual(['payment']);
    expect(titled('Explain payments', ['docs/**/*.ts'])).toEqual(['payment']);
  });

  test('says what gave it away', () => {
    expect(textRisks(taskOf({ title: 'Store credit cards' }))).toEqual([
      { risk: 'payment', because: 'the task says "credit cards"' },
    ]);
  });
});

describe('the rehearsal', () => {
  test('has one risky task, and it is the one that pays money out', () => {
    const risky = secondDraft().tasks.flatMap(draft => {
      const criteria = draft.acceptance_criteria.map(text => ({ text, checked: false }));
      const { title, description, context } = draft;
      const task = taskOf({ title, files: [...draft.files] }, { description, context, acceptanceCriteria: criteria });
      const found = [...textRisks(task), ...pathRisks(draft.files)];
      return found.length === 0 ? [] : [[draft.key, ...new Set(risksOf(found))]];
    });
    expect(risky).toEqual([['refunds', 'payment']]);
  });
});

describe('paths', () => {
  test.each([
    ['src/auth/session.ts', ['authentication']],
    ['src/backend/LoginForm.tsx', ['authentication']],
    ['src/**/payments/**', ['payment']],
    ['lib/rbac.py', ['authorization']],
    ['src/crypto/vault.go', ['encryption']],
    ['db/migrations/0004_tags.sql', ['schema_change']],
    ['prisma/schema.prisma', ['schema_change']],
    ['api/openapi.yaml', ['integration_point']],
    ['proto/order.proto', ['integration_point']],
    ['src/author.ts', []],
    ['src/checkout/pricing.ts', []],
    ['src/auth/login.test.ts', []],
    ['tests/test_payments.py', []],
    ['docs/payments.md', []],
    ['src/login/login.css', []],
    ['packages/prices/**', []],
    ['sample/median.py', []],
    ['lib/farewell.sh', []],
    ['checks/farewell.sh', []],
  ])('%s: %s', (path, risks) => {
    expect(risksOf(pathRisks([path]))).toEqual(risks);
  });

  test('of two services, or three packages, are several at once', () => {
    expect(risksOf(pathRisks(['services/cart/a.ts', 'services/mail/b.ts']))).toEqual(['multi_service']);
    expect(risksOf(pathRisks(['packages/a/x.ts', 'packages/b/x.ts', 'packages/c/x.ts']))).toEqual(['multi_service']);
    expect(pathRisks(['packages/a/x.ts', 'packages/b/x.ts'])).toEqual([]);
    expect(pathRisks(['services/cart/a.ts', 'services/cart/b.ts'])).toEqual([]);
    expect(pathRisks(['src/services/cart.ts', 'src/services/mail.ts'])).toEqual([]);
  });

  test('that the project names add to it', () => {
    const project = { payment: { paths: ['src/till/**'], words: [] } };
    expect(pathRisks(['src/till/open.ts'], project)).toEqual([
      { risk: 'payment', because: 'it touches src/till/open.ts (kleiber.yml, risks.payment)' },
    ]);
  });
});

const changed = (path: string): ChangedFile => ({ path, status: 'modified', mode: '100644' });
const patchOf = (path: string, ...lines: string[]): string =>
  [`diff --git a/${path} b/${path}`, `--- a/${path}`, `+++ b/${path}`, '@@ -1,9 +1,9 @@', ...lines, ''].join('\n');
const foundIn = (path: string, ...lines: string[]): string[] =>
  risksOf(diffRisks([changed(path)], patchOf(path, ...lines)));

describe('a difference', () => {
  test.each([
    ['+const intent = await stripe.paymentIntents.create(order);', ['payment']],
    ['-  refunds.create({ charge });', ['payment']],
    ['+  const token = jwt.sign({ id }, secret);', ['authentication']],
    ['+  if (await verifyPassword(user, typed)) return;', ['authentication']],
    ['-  if (!hasPermission(user, "edit")) return null;', ['authorization']],
    ['+const cipher = createCipheriv("aes-256-gcm", key, iv);', ['encryption']],
    ['+  dateOfBirth: Date;', ['pii']],
    ['+  // needed for GDPR', ['compliance']],
    ['+  element.innerHTML = eval(text);', ['security']],
    ['+  await db.query("ALTER TABLE users ADD COLUMN tag text");', ['schema_change']],
    ['+  await db.query("DELETE FROM users");', ['destructive_migration']],
    ['+  await db.query("DELETE FROM users WHERE id = $1", [id]);', []],
    ['+  await db.query("TRUNCATE TABLE logs");', ['destructive_migration']],
    ['+  return truncate(title, 40);', []],
    ['+  await knex.schema.dropTable("orders");', ['destructive_migration']],
    ['+export const total = lines => sum(lines) - discount;', []],
    ['+  return checkout(cart, { couponCode, today });', []],
    ['+  const medieval = retrieval(x);', []],
    ['   await verifyPassword(user, typed);', []],
  ])('%s: %s', (line, risks) => {
    expect(foundIn('src/a.ts', line)).toEqual(risks);
  });

  test('that takes back what it creates itself destroys nothing', () => {
    const lines = ['+up: CREATE TABLE tags (id int);', '+down: DROP TABLE tags;'];
    expect(foundIn('src/a.ts', ...lines)).toEqual(['schema_change']);
    expect(foundIn('src/a.ts', ...lines, '+DROP TABLE users;')).toEqual(['schema_change', 'destructive_migration']);
  });

  test('says nothing by tests and documents', () => {
    expect(foundIn('tests/a.test.ts', '+await verifyPassword(user, typed);')).toEqual([]);
    expect(foundIn('README.md', '+jwt.sign')).toEqual([]);
  });

  test.each(['src/fixtures/pay.ts', 'src/test/pay.js', 'lib/spec/pay.ts', 'app/tests/pay.py', 'src/pages/pay.mdx'])(
    'is not hidden by the name of a folder: %s',
    path => {
      expect(foundIn(path, '+await verifyPassword(user, typed);')).toEqual(
        path.includes('pages') ? ['authentication'] : expect.arrayContaining(['authentication']),
      );
    },
  );

  test('of an interface is found in a folder for specifications too', () => {
    expect(['spec/openapi.yaml', 'specs/a.proto'].map(path => risksOf(pathRisks([path])))).toEqual([
      ['integration_point'],
      ['integration_point'],
    ]);
  });

  test('has no line of content that could pass for a header', () => {
    const lines = ['+++ b/README.md', '+const token = jwt.sign(user);'];
    expect(foundIn('src/a.ts', ...lines)).toEqual(['authentication']);
  });

  test.each([
    '.github/workflows/ci.yml',
    'vitest.config.ts',
    'Makefile',
    'tests/conftest.py',
    'tsconfig.json',
    '.eslintrc.json',
  ])('of %s touches what the checks run', path => {
    expect(diffRisks([changed(path)], '')).toEqual([
      { risk: 'security', because: `it touches what the checks run: ${path}` },
    ]);
  });

  test.each([
    ['+    "test": "exit 0",', ['security']],
    ['+    "left-pad": "^1.3.0",', []],
    ['+    "@shop/prices": "workspace:*"', []],
    ['+  "devDependencies": {', []],
  ])('of package.json %s: %s', (line, risks) => {
    expect(foundIn('packages/a/package.json', line)).toEqual(risks);
  });

  test('finds the words of the project', () => {
    const project = { payment: { paths: [], words: ['loyalty points'] } };
    const patch = patchOf('src/a.ts', '+// spends loyalty points');
    expect(risksOf(diffRisks([changed('src/a.ts')], patch, project))).toEqual(['payment']);
  });
});
