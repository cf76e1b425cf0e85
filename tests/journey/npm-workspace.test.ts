/** A stranger's npm workspace: packages that need each other and an installed package, reached through read-only binds. */
import '../support/journey-patience.ts';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectAllLanded, freshClone, landingsOf, statusOf } from '../support/journey-checks.ts';
import { builds, scripted } from '../support/journey-models.ts';
import { Journey } from '../support/journey-rig.ts';

const testOf = (imported: string, from: string, assertion: string): string =>
  [
    "import assert from 'node:assert';",
    "import { test } from 'node:test';",
    `import { ${imported} } from '${from}';`,
    `test('${imported}', () => ${assertion});`,
    '',
  ].join('\n');

/** Works with the installed package only: what is in it stands nowhere in the repository. */
const PERCENT = {
  'packages/prices/percent.js':
    "import { multiply } from 'tiny-money';\nexport const percentOff = (cents, percent) => multiply(cents, (100 - percent) / 100);\n",
  'packages/prices/percent.test.js': testOf('percentOff', './percent.js', 'assert.equal(percentOff(200, 10), 180)'),
};

/** Reaches the package next door through the workspace link, in the state that has landed before. */
const COUPON = {
  'packages/cart/coupon.js':
    "import { percentOff } from '@shop/prices/percent.js';\nimport { total } from './cart.js';\nexport const withCoupon = (items, percent) => percentOff(total(items), percent);\n",
  'packages/cart/coupon.test.js': testOf('withCoupon', './coupon.js', 'assert.equal(withCoupon([100, 100], 50), 100)'),
};

const TITLES = ['Prices with a percentage off', 'A cart total with a coupon', 'A page about coupons'];

const models = scripted({
  plan: [
    { key: 'percent', agent: 'engineer-backend', title: TITLES[0] ?? '', files: ['packages/prices/**'] },
    {
      key: 'total',
      agent: 'engineer-backend',
      title: TITLES[1] ?? '',
      files: ['packages/cart/**'],
      depends_on: ['percent'],
    },
    { key: 'docs', agent: 'scribe', title: TITLES[2] ?? '', files: ['docs/**', 'PROGRESS.md'] },
  ],
  tasks: {
    'title: Prices with a percentage off': builds(PERCENT, 'npm test && npm run lint'),
    'title: A cart total with a coupon': builds(COUPON, 'npm test && npm run lint'),
    'title: A page about coupons': builds({ 'docs/coupons.md': '# Coupons\n' }, 'npm test'),
  },
});

/** A published package of somebody else, with a program in it. */
function packTinyMoney(journey: Journey): string {
  const folder = join(journey.root, 'tiny-money');
  mkdirSync(folder);
  const manifest = {
    name: 'tiny-money',
    version: '1.0.0',
    type: 'module',
    main: 'index.js',
    bin: { 'money-lint': 'lint.js' },
  };
  const files = {
    'package.json': JSON.stringify(manifest),
    'index.js':
      'export const add = (...all) => all.reduce((a, b) => a + b, 0);\nexport const multiply = (a, b) => Math.round(a * b);\n',
    'lint.js': "#!/usr/bin/env node\nconsole.log('money is fine');\n",
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  journey.run('npm', ['pack', '--silent'], folder);
  return 'file:../../../tiny-money/tiny-money-1.0.0.tgz';
}

const shop = (tinyMoney: string): Record<string, string> => ({
  '.gitignore': 'node_modules/\n',
  'package.json': JSON.stringify({
    name: 'shop',
    private: true,
    type: 'module',
    workspaces: ['packages/*'],
    scripts: { test: 'node --test', lint: 'money-lint' },
  }),
  'packages/prices/package.json': JSON.stringify({
    name: '@shop/prices',
    version: '1.0.0',
    type: 'module',
    exports: { './*': './*' },
    dependencies: { 'tiny-money': tinyMoney },
  }),
  'packages/prices/prices.js': "export { add as sum } from 'tiny-money';\n",
  'packages/cart/package.json': JSON.stringify({
    name: '@shop/cart',
    version: '1.0.0',
    type: 'module',
    dependencies: { '@shop/prices': '1.0.0' },
  }),
  'packages/cart/cart.js':
    "import { sum } from '@shop/prices/prices.js';\nexport const total = items => sum(...items);\n",
  'packages/cart/cart.test.js': testOf('total', './cart.js', 'assert.equal(total([1, 2]), 3)'),
});

const install = (journey: Journey, folder?: string): string =>
  journey.run('npm', ['install', '--offline', '--no-audit', '--no-fund'], folder);

describe('an npm workspace with dependencies', () => {
  let journey: Journey;

  beforeAll(async () => {
    journey = await Journey.open(models, { name: 'shop' });
    journey.commit(shop(packTinyMoney(journey)), 'a shop');
    install(journey);
    await journey.must('init', '--yes');
    journey.git('add', '-A');
    journey.git('commit', '-qm', 'kleiber');
    expect(await journey.must('check')).toBe('0 task files and their records are fine\n');
    await journey.must('plan', '--yes', 'Coupons for the checkout');
    expect(await journey.must('check')).toBe('3 task files and their records are fine\n');
    expect(await journey.must('conduct', '--until-idle')).toContain('landed 3 of 3, blocked 0, waiting 0, ready 0');
  });
  afterAll(() => journey.close());

  test('lands the whole plan, on the branch, paid and recorded', async () => {
    await expectAllLanded(journey, TITLES);
    expect(journey.git('status', '--porcelain')).toBe('');
  });

  test('passes its own tests in a fresh clone', () => {
    const clone = freshClone(journey);
    install(journey, clone);
    expect(journey.run('npm', ['test'], clone)).toMatch(/pass 3\n/);
  });

  test('lands what depends on other work after that work', () => {
    const order = landingsOf(journey).map(({ title }) => title);
    expect(order.indexOf(TITLES[0] ?? '')).toBeLessThan(order.indexOf(TITLES[1] ?? ''));
  });

  test('leaves the installed packages as they were', () => {
    expect(journey.run('npm', ['ls', '--all', '--parseable'])).toBe(
      ['', '/node_modules/@shop/cart', '/node_modules/@shop/prices', '/node_modules/tiny-money']
        .map(path => `${journey.repository}${path}\n`)
        .join(''),
    );
  });

  test('says of every task which model it got, and why', async () => {
    const { tasks } = await statusOf(journey);
    const [percent] = tasks.filter(({ title }) => title === TITLES[0]);
    const id = percent?.id ?? '';
    expect(await journey.json('route', id)).toMatchObject({
      schemaVersion: 1,
      kind: 'route',
      subject: id,
      tier: 'sonnet',
      model: 'claude-sonnet-5-5',
      needs_person: false,
    });
    const why = await journey.must('show', id, '--why');
    expect(why).toContain(`${id} is landed\n`);
    expect(why).toContain(`it landed as ${percent?.commit?.slice(0, 9)} on `);
    expect(why).toContain('attempt 1 on sonnet at medium effort: ');
  });

  test('brings a result branch over on request', async () => {
    const [landing] = landingsOf(journey);
    await journey.must('branch', landing?.task ?? '', '--as', 'review/this');
    const submitted = journey.git('rev-parse', `${landing?.commit}^2`);
    expect(journey.git('rev-parse', 'review/this')).toBe(submitted);
    journey.git('branch', '-qD', 'review/this');
  });

  test('tells the story as one event per line', async () => {
    const lines = (await journey.must('log', '--json')).trimEnd().split('\n');
    const kinds = lines.map(line => (JSON.parse(line) as { event: { kind: string } }).event.kind);
    const count = (kind: string): number => kinds.filter(found => found === kind).length;
    expect(['planned', 'created', 'claimed', 'submitted', 'proven', 'landed', 'ended', 'returned'].map(count)).toEqual([
      1, 3, 3, 3, 3, 3, 0, 0,
    ]);
  });
});
