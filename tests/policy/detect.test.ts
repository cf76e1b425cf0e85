import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Detection, detect } from '../../src/policy/detect.ts';
import { globFault, matchesGlob } from '../../src/policy/glob.ts';
import { wantedTexts } from '../../src/policy/project-folders.ts';

/** A repository as paths with texts; a text that `detect` does not ask for stays unread, as in real use. */
function detectIn(repository: Record<string, string>): Detection {
  const files = Object.keys(repository);
  const texts = new Map(wantedTexts(files).map(path => [path, repository[path] ?? '']));
  return detect({ files, texts });
}

const json = (value: unknown): string => JSON.stringify(value);
const PYTHON = 'PATH="$PWD/.venv/bin:$PATH" python3 -m';

interface Row {
  repository: Record<string, string>;
  expected: Omit<Detection, 'reasons' | 'coverage'>;
}

const ROWS: Record<string, Row> = {
  'the sample of the blueprint: one package, front and back end under src': {
    repository: {
      'package.json': json({
        scripts: { test: 'node --test', lint: 'eslint .', typecheck: 'tsc', start: 'node .' },
        dependencies: { react: '1', express: '1' },
      }),
      'package-lock.json': '',
      'README.md': '',
      'src/frontend/cart.tsx': '',
      'src/components/Button.tsx': '',
      'src/components/Button.stories.tsx': '',
      'src/backend/server.ts': '',
      'src/db/orders.ts': '',
      'src/money.ts': '',
      'tests/orders.test.ts': '',
      'e2e/cart.spec.ts': '',
    },
    expected: {
      checks: [
        { name: 'test', command: 'npm test' },
        { name: 'lint', command: 'npm run lint' },
        { name: 'types', command: 'npm run typecheck' },
      ],
      deps: ['node_modules'],
      roles: {
        'engineer-frontend': ['src/*.ts', 'src/components/**', 'src/frontend/**', 'e2e/**', 'tests/**'],
        'engineer-backend': ['src/*.ts', 'src/backend/**', 'src/db/**', 'tests/**'],
        scribe: ['docs/**', '*.md'],
      },
    },
  },
  'a library in TypeScript': {
    repository: {
      'package.json': json({ scripts: { test: 'vitest run', types: 'tsc --noEmit', prepare: 'x' } }),
      'vitest.config.ts': '',
      'src/index.ts': '',
      'src/parse/lexer.ts': '',
      'test/lexer.test.ts': '',
      'docs/guide.md': '',
    },
    expected: {
      checks: [
        { name: 'test', command: 'npm test' },
        { name: 'types', command: 'npm run types' },
      ],
      deps: ['node_modules'],
      roles: { 'engineer-backend': ['src/**', 'test/**'], scribe: ['docs/**', '*.md'] },
    },
  },
  'a single-page application that Create React App made': {
    repository: {
      'package.json': json({
        scripts: { start: 'react-scripts start', test: 'react-scripts test' },
        dependencies: { react: '1' },
      }),
      'yarn.lock': '',
      'public/index.html': '',
      'src/App.jsx': '',
      'src/api.js': '',
      'cypress/login.cy.js': '',
    },
    expected: {
      checks: [{ name: 'test', command: 'CI=true yarn test' }],
      deps: ['node_modules'],
      roles: { 'engineer-frontend': ['public/**', 'src/**', 'cypress/**'], scribe: ['docs/**', '*.md'] },
    },
  },
  'pages with server routes inside them': {
    repository: {
      'package.json': json({
        scripts: { lint: 'next lint' },
        dependencies: { next: '1' },
        packageManager: 'pnpm@9.0.0',
      }),
      'app/page.tsx': '',
      'app/(shop)/[id]/page.tsx': '',
      'app/api/orders/route.ts': '',
      'lib/format.ts': '',
    },
    expected: {
      checks: [{ name: 'lint', command: 'pnpm run lint' }],
      deps: ['node_modules'],
      roles: {
        'engineer-frontend': ['app/*.tsx', 'app/(shop)/**', 'lib/**'],
        'engineer-backend': ['app/api/**'],
        scribe: ['docs/**', '*.md'],
      },
    },
  },
  'workspaces without scripts at the root': {
    repository: {
      'package.json': json({
        workspaces: ['packages/*'],
        scripts: { test: 'echo "Error: no test specified" && exit 1' },
      }),
      'pnpm-lock.yaml': '',
      'packages/web/package.json': json({ scripts: { test: 'vitest', dev: 'vite' }, dependencies: { vue: '1' } }),
      'packages/web/src/Shop.vue': '',
      'packages/api/package.json': json({
        scripts: { test: 'node --test', lint: 'eslint .' },
        dependencies: { fastify: '1' },
      }),
      'packages/api/src/index.ts': '',
      'packages/shared/package.json': '{}',
      'packages/shared/src/money.ts': '',
      'packages/web/tests/fixtures/package.json': json({ scripts: { test: 'never' } }),
    },
    expected: {
      checks: [
        { name: 'test packages/api', command: 'cd packages/api && pnpm test' },
        { name: 'lint packages/api', command: 'cd packages/api && pnpm run lint' },
        { name: 'test packages/web', command: 'cd packages/web && pnpm test' },
      ],
      deps: ['node_modules', 'packages/api/node_modules', 'packages/shared/node_modules', 'packages/web/node_modules'],
      roles: {
        'engineer-frontend': ['packages/web/**'],
        'engineer-backend': ['packages/api/**', 'packages/shared/**'],
        scribe: ['docs/**', '*.md'],
      },
    },
  },
  'two projects side by side, in two languages': {
    repository: {
      'frontend/package.json': json({
        scripts: { test: 'ng test', lint: 'ng lint' },
        dependencies: { '@angular/core': '1' },
      }),
      'frontend/src/app.component.ts': '',
      'backend/pyproject.toml': '[project]\nname = "shop"\n[tool.pytest.ini_options]\n',
      'backend/shop/orders.py': '',
      'backend/tests/test_orders.py': '',
      'infra/main.tf': '',
    },
    expected: {
      checks: [
        { name: 'lint frontend', command: 'cd frontend && npm run lint' },
        { name: 'pytest backend', command: `cd backend && ${PYTHON} pytest` },
      ],
      deps: ['backend/.venv', 'frontend/node_modules'],
      roles: { 'engineer-frontend': ['frontend/**'], 'engineer-backend': ['backend/**'], scribe: ['docs/**', '*.md'] },
    },
  },
  'Python in a src layout, with pytest among the requirements': {
    repository: {
      'setup.cfg': '[metadata]\nname = shop\n',
      'requirements-dev.txt': 'pytest==8.1\n',
      'src/shop/__init__.py': '',
      'tests/test_shop.py': 'def test_it(): pass',
      'README.md': '',
    },
    expected: {
      checks: [{ name: 'pytest', command: `${PYTHON} pytest` }],
      deps: ['.venv'],
      roles: { 'engineer-backend': ['src/**', 'tests/**'], scribe: ['docs/**', '*.md'] },
    },
  },
  'a Python package folder whose tests use unittest alone': {
    repository: {
      'setup.py': '',
      'shop/__init__.py': '',
      'shop/cart.py': '',
      'tests/test_cart.py': 'import unittest\nclass CartTest(unittest.TestCase):\n    def test_it(self): pass\n',
    },
    expected: {
      checks: [{ name: 'unittest', command: `${PYTHON} unittest discover -s tests` }],
      deps: ['.venv'],
      roles: { 'engineer-backend': ['shop/**', 'tests/**'], scribe: ['docs/**', '*.md'] },
    },
  },
  'a server in Python with templates, and tests without a named runner': {
    repository: {
      'requirements.txt': 'django\n',
      'manage.py': '',
      'shop/views.py': '',
      'shop/templates/cart.html': '',
      'shop/static/cart.css': '',
      'shop/orders/models.py': '',
      'tests/test_views.py': 'def test_it(): pass\n',
    },
    expected: {
      checks: [{ name: 'pytest', command: `${PYTHON} pytest` }],
      deps: ['.venv'],
      roles: {
        'engineer-frontend': ['shop/static/**', 'shop/templates/**', 'tests/**'],
        'engineer-backend': ['shop/*.py', 'shop/orders/**', 'tests/**'],
        scribe: ['docs/**', '*.md'],
      },
    },
  },
  'C with a Makefile and its sources at the top': {
    repository: {
      Makefile: 'CC := gcc\ntest: all\n\t./run-tests\nlint:\n\tcppcheck .\ncheck := no\n',
      'main.c': '',
      'parse.c': '',
      'parse.h': '',
      'tests/parse_test.c': '',
      'doc/manual.md': '',
    },
    expected: {
      checks: [
        { name: 'test', command: 'make test' },
        { name: 'lint', command: 'make lint' },
      ],
      deps: [],
      roles: { 'engineer-backend': ['*.c', '*.h', 'tests/**'], scribe: ['docs/**', 'doc/**', '*.md'] },
    },
  },
  'autotools style: only `check`, sources in src': {
    repository: { Makefile: 'check:\n\t./t\n', 'src/a.cc': '', 'include/a.hpp': '' },
    expected: {
      checks: [{ name: 'test', command: 'make check' }],
      deps: [],
      roles: { 'engineer-backend': ['include/**', 'src/**'], scribe: ['docs/**', '*.md'] },
    },
  },
  'a Rust workspace': {
    repository: {
      'Cargo.toml': '[workspace]\nmembers = ["crates/*"]\n',
      'crates/core/Cargo.toml': '[package]\n',
      'crates/core/src/lib.rs': '',
      'crates/core/tests/it.rs': '',
    },
    expected: {
      checks: [{ name: 'cargo test', command: 'cargo test --workspace' }],
      deps: ['target'],
      roles: { 'engineer-backend': ['crates/**'], scribe: ['docs/**', '*.md'] },
    },
  },
  'Go, with a client package, a Makefile and a second module': {
    repository: {
      'go.mod': 'module x\n',
      Makefile: 'test:\n\tgo test ./...\n',
      'main.go': '',
      'client/client.go': '',
      'internal/store/store.go': '',
      'tools/go.mod': 'module x/tools\n',
      'tools/gen.go': '',
    },
    expected: {
      checks: [
        { name: 'go test', command: 'go test ./...' },
        { name: 'go test tools', command: 'cd tools && go test ./...' },
      ],
      deps: [],
      roles: {
        'engineer-backend': ['*.go', 'client/**', 'internal/**', 'tools/**'],
        scribe: ['docs/**', '*.md'],
      },
    },
  },
  'Ruby with views': {
    repository: {
      Gemfile: '',
      'app/models/order.rb': '',
      'app/views/cart.html.erb': '',
      'app/javascript/cart.js': '',
      'config/routes.rb': '',
      'spec/order_spec.rb': '',
    },
    expected: {
      checks: [{ name: 'rspec', command: 'bundle exec rspec' }],
      deps: ['vendor/bundle'],
      roles: {
        'engineer-frontend': ['app/javascript/**', 'app/views/**', 'spec/**'],
        'engineer-backend': ['app/models/**', 'config/**', 'spec/**'],
        scribe: ['docs/**', '*.md'],
      },
    },
  },
  'PHP with a test script and a tracked vendor folder': {
    repository: {
      'composer.json': json({ scripts: { test: 'phpunit' } }),
      'src/Cart.php': '',
      'vendor/autoload.php': '',
      'tests/CartTest.php': '',
    },
    expected: {
      checks: [{ name: 'composer test', command: 'composer test' }],
      deps: [],
      roles: { 'engineer-backend': ['src/**', 'tests/**'], scribe: ['docs/**', '*.md'] },
    },
  },
  'PHP with the settings of phpunit alone': {
    repository: { 'composer.json': '{}', 'phpunit.xml.dist': '', 'src/Cart.php': '' },
    expected: {
      checks: [{ name: 'phpunit', command: 'vendor/bin/phpunit' }],
      deps: ['vendor'],
      roles: { 'engineer-backend': ['src/**'], scribe: ['docs/**', '*.md'] },
    },
  },
  'a repository of documents': {
    repository: { 'README.md': '', 'docs/a.md': '', LICENSE: '' },
    expected: { checks: [], deps: [], roles: { scribe: ['docs/**', '*.md'] } },
  },
  'an empty repository': {
    repository: {},
    expected: { checks: [], deps: [], roles: { scribe: ['docs/**', '*.md'] } },
  },
};

describe('detect', () => {
  test.each(Object.entries(ROWS))('%s', (_name, { repository, expected }) => {
    const { reasons: _reasons, coverage: _coverage, ...found } = detectIn(repository);
    expect(found).toEqual(expected);
  });

  test('gives one reason per decision, and says what it left out and why', () => {
    const found = detectIn({
      'package.json': json({ scripts: { test: 'jest --watch', lint: 'eslint .' } }),
      Makefile: 'lint:\n\tx\ntest:\n\ty\n',
      'server/a.ts': '',
      'infra/main.js': '',
      'odd/readme.txt': '',
    });
    expect(found.reasons).toEqual([
      'lint: npm run lint (script lint of package.json)',
      'test: make test (target test of Makefile)',
      'package.json: script test is left out, because it watches and never ends',
      'Makefile: target lint is left out, because npm run lint is there',
      'dependency folders, bound read-only: node_modules',
      'engineer-frontend has no folder of its kind here, so it may write what its task names',
      'engineer-backend may write infra/**, server/**',
      'scribe may write docs/**, *.md',
      'nobody owns odd; roles: in kleiber.yml can say who does',
    ]);
  });

  test('says so when nothing proves a change', () => {
    expect(detectIn({ 'a.txt': '' }).reasons).toContain(
      'no command was found that proves a change; nothing lands until checks: names one',
    );
  });

  test.each([
    ['jest --watchAll=false', [{ name: 'test', command: 'npm test' }]],
    ['jest --watch', []],
    ['jest --watchAll', []],
    ['tsc -w', []],
    ['ng test --watch=false', [{ name: 'test', command: 'npm test' }]],
    ['echo no test specified', []],
  ])('judges the script %s', (script, checks) => {
    expect(detectIn({ 'package.json': json({ scripts: { test: script } }) }).checks).toEqual(checks);
  });

  test('never takes a script that starts something, and survives manifests that are not what they should be', () => {
    for (const text of [
      json({ scripts: { start: 'node .', dev: 'x', deploy: 'y' } }),
      '{',
      '[]',
      'null',
      json({ scripts: ['x'] }),
    ]) {
      expect(detectIn({ 'package.json': text }).checks).toEqual([]);
    }
    expect(detectIn({ 'package.json': '{' }).reasons).toContain(
      'package.json is not JSON, so its scripts are left out',
    );
  });

  test('quotes a folder that a shell would read otherwise', () => {
    const found = detectIn({ "my app's $(x)/package.json": json({ scripts: { lint: 'eslint .' } }) });
    expect(found.checks).toEqual([{ name: "lint my app's $(x)", command: "cd 'my app'\\''s $(x)' && npm run lint" }]);
  });

  test('shortens the name of a check from the front of its folder, where siblings are alike', () => {
    const folder = 'packages/the-very-long-name-of-a-package';
    const found = detectIn({ [`${folder}/package.json`]: json({ scripts: { test: 'x' } }) });
    expect(found.checks).toEqual([{ name: `test ${folder.slice(-35)}`, command: `cd ${folder} && npm test` }]);
  });

  test('every role path is a glob that task files may use, and covers sources only', () => {
    const segment = fc.constantFrom('src', 'web', 'api', 'lib', 'tests', 'e2e', '[id]', 'docs', 'tasks', '.git', 'a b');
    const name = fc.constantFrom('a.ts', 'b.tsx', 'c.py', 'd.go', 'package.json', 'README.md', 'x.config.js', 'e.html');
    const path = fc
      .tuple(fc.array(segment, { maxLength: 5 }), name)
      .map(([folders, file]) => [...folders, file].join('/'));
    fc.assert(
      fc.property(fc.uniqueArray(path, { maxLength: 30 }), files => {
        const { roles } = detect({ files, texts: new Map() });
        const globs = Object.values(roles).flat();
        expect(globs.filter(glob => globFault(glob) !== null)).toEqual([]);
        const engineers = [...(roles['engineer-frontend'] ?? []), ...(roles['engineer-backend'] ?? [])];
        const record = files.filter(file => /^(?:tasks|docs|\.git)\//.test(file) || file === 'package.json');
        expect(record.filter(file => engineers.some(glob => matchesGlob(glob, file)))).toEqual([]);
      }),
    );
  });
});

describe('a coverage tool', () => {
  const npm = (test: string, ...packages: string[]): Record<string, string> => ({
    'package.json': json({ scripts: { test }, devDependencies: Object.fromEntries(packages.map(name => [name, '1'])) }),
  });
  const LCOV = ['coverage/lcov.info'];

  test.each<[string, Record<string, string>, Detection['coverage']]>([
    ['none', npm('node --test'), null],
    [
      'vitest without a report',
      npm('vitest run', '@vitest/coverage-v8'),
      { reports: LCOV, isWritten: false, how: ['vitest run --coverage --coverage.reporter=lcov'] },
    ],
    [
      'vitest with one',
      npm('vitest run --coverage --coverage.reporter=lcov', '@vitest/coverage-v8'),
      { reports: LCOV, isWritten: true, how: ['script test of package.json'] },
    ],
    [
      'c8 with a summary',
      npm('c8 --reporter=json-summary node --test', 'c8'),
      { reports: ['coverage/coverage-summary.json'], isWritten: true, how: ['script test of package.json'] },
    ],
    [
      'jest, which writes lcov by itself',
      npm('jest --ci --coverage', 'jest'),
      { reports: LCOV, isWritten: true, how: ['script test of package.json'] },
    ],
    [
      'jest with other reporters',
      npm('jest --coverage --coverageReporters=text', 'jest'),
      { reports: LCOV, isWritten: false, how: ['jest --coverage'] },
    ],
    [
      "node's own runner",
      npm(
        'node --test --experimental-test-coverage --test-reporter=spec --test-reporter=lcov --test-reporter-destination=stdout --test-reporter-destination=./lcov.info',
      ),
      { reports: ['lcov.info'], isWritten: true, how: ['script test of package.json'] },
    ],
    [
      'pytest-cov',
      { 'requirements.txt': 'pytest\npytest-cov\n' },
      { reports: ['coverage.lcov'], isWritten: false, how: ['python3 -m pytest --cov --cov-report=lcov'] },
    ],
    [
      'pytest-cov that writes JSON',
      { 'pyproject.toml': '[tool.pytest.ini_options]\naddopts = "--cov --cov-report=json"\n' },
      { reports: ['coverage.json'], isWritten: true, how: ['--cov-report=json of pytest'] },
    ],
    [
      'two packages, one of which writes none yet',
      {
        ...npm('jest --coverage', 'jest'),
        'packages/web/package.json': json({
          scripts: { test: 'vitest run' },
          devDependencies: { '@vitest/coverage-v8': '1' },
        }),
      },
      {
        reports: ['coverage/lcov.info', 'packages/web/coverage/lcov.info'],
        isWritten: false,
        how: ['script test of package.json', 'in packages/web: vitest run --coverage --coverage.reporter=lcov'],
      },
    ],
  ])('%s', (_name, repository, coverage) => {
    expect(detectIn(repository).coverage).toEqual(coverage);
  });

  test('is told of in the preview', () => {
    expect(detectIn(npm('vitest run', '@vitest/coverage-v8')).reasons).toContain(
      'coverage of changed files could be checked: let a check write coverage/lcov.info (vitest run --coverage --coverage.reporter=lcov), then see testing: in kleiber.yml',
    );
    expect(detectIn(npm('jest --coverage', 'jest')).reasons).toContain(
      'coverage of changed files: coverage/lcov.info (script test of package.json)',
    );
  });
});
