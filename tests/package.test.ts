/** What a stranger gets: the package as npm packs it, installed without a network, started in an empty folder. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { PROJECT } from './support/house-sources.ts';
import { syntaxOf } from './support/house-syntax.ts';
import { type PackedPackage, packedPackage } from './support/journey-package.ts';

const manifestSchema = z.object({ version: z.string(), scripts: z.record(z.string(), z.string()) });
const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.object({
      version: z.string().optional(),
      hasInstallScript: z.boolean().optional(),
      dependencies: z.record(z.string(), z.string()).default({}),
      optionalDependencies: z.record(z.string(), z.string()).default({}),
    }),
  ),
});

const readJson = (path: string): unknown => JSON.parse(readFileSync(join(PROJECT, path), 'utf8'));

/** The place a package finds another in, by Node's own walk up the folders; null where the lock file has none. */
function lockedAt(folders: ReadonlySet<string>, from: string, name: string): string | null {
  for (let at = from; ; at = at.slice(0, Math.max(at.lastIndexOf('/node_modules/'), 0))) {
    const candidate = at === '' ? `node_modules/${name}` : `${at}/node_modules/${name}`;
    if (folders.has(candidate)) return candidate;
    if (at === '') return null;
  }
}

describe('the lock file', () => {
  const { packages } = lockSchema.parse(readJson('package-lock.json'));
  const folders = new Set(Object.keys(packages));

  test('names every dependency of every package, those of other platforms too, or `npm ci` refuses it', () => {
    const missing = Object.entries(packages).flatMap(([folder, { dependencies, optionalDependencies }]) =>
      Object.entries({ ...dependencies, ...optionalDependencies })
        .filter(([name, version]) => {
          const at = lockedAt(folders, folder, name);
          // Platform packages are pinned to one version; a range is npm's own business.
          return at === null || (/^\d/.test(version) && packages[at]?.version !== version);
        })
        .map(([name, version]) => `${folder} needs ${name} ${version}`),
    );
    expect(missing).toEqual([]);
  });

  test('holds one package with an install script, and package.json allows that one by name', () => {
    const withScripts = Object.entries(packages).filter(([, { hasInstallScript }]) => hasInstallScript);
    expect(withScripts.map(([folder]) => folder)).toEqual(['node_modules/node']);
    expect(readJson('package.json')).toMatchObject({ allowScripts: { node: true } });
  });
});

/** Makes any attempt to leave this machine fail and leaves a line about it. */
const NETWORK_GUARD = `
const { appendFileSync } = require('node:fs');
const net = require('node:net');
const dns = require('node:dns');
const isHere = host => host === undefined || host === 'localhost' || host === '::1' || /^127\\./.test(host);
const refuse = host => {
  appendFileSync(process.env.NETWORK_LOG, host + '\\n');
  throw new Error('no network in this test: ' + host);
};
const { connect } = net.Socket.prototype;
net.Socket.prototype.connect = function (...all) {
  const [options] = Array.isArray(all[0]) ? all[0] : all;
  const host = typeof options === 'object' ? options.host : typeof all[1] === 'string' ? all[1] : undefined;
  return isHere(host) ? connect.apply(this, all) : refuse(host);
};
const { lookup } = dns;
dns.lookup = (host, ...rest) => (isHere(host) ? lookup(host, ...rest) : refuse(host));
`;

/** Pretends to be another Node, because the launcher's first question is which one it runs on. */
const OTHER_NODE = `
const node = process.env.PRETENDED_NODE;
Object.defineProperty(process, 'versions', { value: { ...process.versions, node } });
`;

describe('the packed package', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kleiber-package-'));
  const home = join(folder, 'home');
  const project = join(folder, 'project');
  const temporary = join(folder, 'tmp');
  const networkLog = join(folder, 'network.log');
  const installed = join(project, 'node_modules/kleiber');
  let packed: PackedPackage;

  /** A stranger's environment: this Node first on PATH, an empty home and nothing else of ours. */
  const environment = {
    PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
    HOME: home,
    TMPDIR: temporary,
    LANG: 'C.UTF-8',
    NETWORK_LOG: networkLog,
  };

  const run = (command: string, parameters: string[], cwd: string, extra: Record<string, string> = {}) => {
    const env = { ...environment, ...extra };
    const done = spawnSync(command, parameters, { cwd, env, encoding: 'utf8', maxBuffer: 2 ** 26 });
    return { status: done.status, stdout: done.stdout, stderr: done.stderr };
  };

  const launch = (version: string, parameters: string[]) => {
    const script = join(folder, 'other-node.cjs');
    writeFileSync(script, OTHER_NODE);
    const launcher = join(installed, 'dist/bin/kleiber.cjs');
    return run(process.execPath, ['--require', script, launcher, ...parameters], project, { PRETENDED_NODE: version });
  };

  beforeAll(() => {
    for (const path of [home, project, temporary]) mkdirSync(path);
    writeFileSync(networkLog, '');
    packed = packedPackage();
    writeFileSync(join(project, 'package.json'), '{}');
    const installing = run('npm', ['install', '--offline', packed.archive], project);
    expect(installing.status, installing.stderr).toBe(0);
    // npm keeps its cache and logs at home; what follows must leave nothing there.
    rmSync(home, { recursive: true, force: true });
    mkdirSync(home);
  }, 120_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('holds the bundle and what a licence asks for, and nothing else', () => {
    const paths = packed.files.map(({ path }) => path);
    const outside = paths.filter(
      path =>
        !/^dist\/(?:main\.cjs|bin\/(?:kleiber|start)\.cjs|chunks\/[\w.-]+\.cjs|page\/(?:index\.html|icon\.svg|page\.(?:js|css)|libraries\.js))$/.test(
          path,
        ),
    );
    expect(outside.sort()).toEqual(['CHANGELOG.md', 'LICENSE', 'README.md', 'THIRD_PARTY_NOTICES', 'package.json']);
  });

  test('unpacks to 3 MB at most', () => {
    expect(packed.unpackedSize).toBeLessThanOrEqual(3 * 1024 * 1024);
  });

  test('needs no other package and runs nothing when it is installed', () => {
    const manifest: unknown = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
    const needs = ['dependencies', 'optionalDependencies', 'peerDependencies', 'bundleDependencies', 'gypfile'];
    expect(Object.keys(z.record(z.string(), z.unknown()).parse(manifest)).filter(key => needs.includes(key))).toEqual(
      [],
    );
    const runs = ['preinstall', 'install', 'postinstall', 'prepare'];
    expect(Object.keys(manifestSchema.parse(manifest).scripts).filter(name => runs.includes(name))).toEqual([]);
    expect(readdirSync(join(project, 'node_modules')).filter(name => !name.startsWith('.'))).toEqual(['kleiber']);
  });

  test('gives every bundled package its notice', () => {
    const notices = readFileSync(join(installed, 'THIRD_PARTY_NOTICES'), 'utf8');
    const named = [
      '@anthropic-ai/sdk',
      '@dagrejs/dagre',
      'commander',
      'dompurify',
      'gray-matter',
      'hono',
      'js-yaml',
      'markdown-it',
      'preact',
      'simple-git',
      'yaml',
      'zod',
    ];
    expect(named.filter(name => !new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\(`, 'm').test(notices))).toEqual([]);
  });

  test('rehearses in an empty folder without a network and leaves the home folder alone', () => {
    const empty = mkdtempSync(join(folder, 'empty-'));
    const guard = join(folder, 'network-guard.cjs');
    writeFileSync(guard, NETWORK_GUARD);
    const kleiber = join(project, 'node_modules/.bin/kleiber');
    const done = run(kleiber, ['rehearse'], empty, { NODE_OPTIONS: `--require=${guard}` });
    expect(done.status, `${done.stdout}\n${done.stderr}`).toBe(0);
    expect(done.stderr).not.toContain('ExperimentalWarning');
    expect(readFileSync(networkLog, 'utf8')).toBe('');
    expect(readdirSync(home)).toEqual([]);
  }, 180_000);

  test('prints its version', () => {
    const { version } = manifestSchema.parse(readJson('package.json'));
    expect(run(join(project, 'node_modules/.bin/kleiber'), ['--version'], project)).toEqual({
      status: 0,
      stdout: `${version}\n`,
      stderr: '',
    });
  });

  test.each(['22.22.1', '22.9.0', '20.20.2', '8.17.0'])('says on Node %s which one it needs, and exits 2', version => {
    expect(launch(version, ['--version'])).toEqual({
      status: 2,
      stdout: '',
      stderr: [
        `E12  kleiber needs Node 22.22.2 or newer; this is ${version}.`,
        '     fix   nvm install 24   or   mise use node@24   or once:  npx -p node@24 -p kleiber kleiber',
        '',
      ].join('\n'),
    });
  });

  test.each(['22.22.2', '22.100.0', '24.0.0', '30.1.0'])('starts on Node %s', version => {
    expect(launch(version, ['--version']).status).toBe(0);
  });

  test('has a launcher that an old Node can parse up to its question', () => {
    const syntax = syntaxOf(readFileSync(join(installed, 'dist/bin/kleiber.cjs'), 'utf8'));
    const tooNew = [
      'ImportExpression',
      'ArrowFunctionExpression',
      'TemplateLiteral',
      'ClassDeclaration',
      'SpreadElement',
      'let',
      'const',
    ];
    expect(tooNew.filter(kind => syntax.has(kind))).toEqual([]);
  });
});
