/**
 * Bundles `src/main.ts` into `dist/`: `bin/` (the launcher), `main.cjs`, and in `chunks/` what commands load only
 * when they run; in `page/` the page of the board. Beside it `THIRD_PARTY_NOTICES`, because a bundle carries other people's code and owes their licences.
 */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { buildPage } from './build-page.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** gray-matter can evaluate JavaScript in a file's head; the record replaces that engine by one that refuses. */
const isKnown = log => log.code === 'EVAL' && String(log.id).includes('gray-matter');

/** Whether `from`, a source, imports this module before it runs, itself or through others. */
function isNeededBy(from, module, context, seen = new Set()) {
  if (module.endsWith(from)) return true;
  if (seen.has(module)) return false;
  seen.add(module);
  return context.getModuleInfo(module)?.importers.some(importer => isNeededBy(from, importer, context, seen)) ?? false;
}

/** What the quickest command needs goes into one file, and one more for when something has changed: each file costs time. */
const groupOf = (name, from, priority) => ({
  debugName: name,
  priority,
  name: (module, context) => (isNeededBy(from, module, context) ? name : null),
});
const GROUPS = [groupOf('status', '/src/cli/status.ts', 2), groupOf('look', '/src/report/look-again.ts', 1)];

/** One module bundled; each `import()` of a command becomes a chunk of its own. */
async function bundle(folder) {
  const warnings = [];
  const build = await rolldown({
    input: { main: join(root, 'src/main.ts') },
    platform: 'node',
    onLog(level, log) {
      if (level === 'warn' && !isKnown(log)) warnings.push(log.message);
    },
  });
  const { output } = await build.write({
    dir: folder,
    // The older kind of module starts in two thirds of the time: Node resolves and links less for it.
    format: 'cjs',
    codeSplitting: { groups: GROUPS },
    // Names are kept, so that a stack trace in a bug report can be read.
    minify: { compress: true, mangle: false, codegen: { removeWhitespace: true } },
    entryFileNames: '[name].cjs',
    chunkFileNames: 'chunks/[name]-[hash].cjs',
  });
  await build.close();
  return { chunks: output.filter(part => part.type === 'chunk'), warnings };
}

/** A package has no runtime dependencies, so an import that is not Node's own would fail at the user's. */
function foreignImports(chunks) {
  const own = new Set(chunks.map(chunk => chunk.fileName));
  const isNodes = name => name.startsWith('node:') || builtinModules.includes(name);
  return chunks
    .flatMap(chunk => [...chunk.imports, ...chunk.dynamicImports])
    .filter(name => !own.has(name) && !isNodes(name));
}

/** The folder of the package that a bundled module came from, or null for our own sources. */
function packageFolder(module) {
  const at = module.lastIndexOf(`${sep}node_modules${sep}`);
  if (at === -1) return null;
  const parts = module.slice(at + '/node_modules/'.length).split(sep);
  return join(module.slice(0, at), 'node_modules', ...parts.slice(0, parts[0].startsWith('@') ? 2 : 1));
}

/** Name, version, licence and its full text where the package ships one. */
function notice(folder) {
  const { name, version, license, author } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  if (!license) throw new Error(`${name} names no licence, so it must not be bundled`);
  const texts = readdirSync(folder)
    .filter(file => /^(licen[cs]e|notice|copying)/i.test(file))
    .map(file => readFileSync(join(folder, file), 'utf8').trim());
  const holder = typeof author === 'object' ? author.name : author;
  const text =
    texts.length > 0
      ? texts.join('\n\n')
      : `Copyright ${holder || `the authors of ${name}`}; the package ships no licence text.`;
  return `${name} ${version} (${license})\n\n${text}\n`;
}

function thirdPartyNotices(chunks) {
  const folders = new Set(chunks.flatMap(chunk => chunk.moduleIds).map(packageFolder));
  folders.delete(null);
  const line = `\n${'-'.repeat(80)}\n\n`;
  const head = 'kleiber contains code of these packages, each under its own licence.\n';
  return (
    head +
    [...folders]
      .sort()
      .map(folder => line + notice(folder))
      .join('')
  );
}

/** What is the same for everybody is answered by the launcher itself: the version and the help load nothing. */
async function startScript() {
  const { helpText } = await import('../src/cli/help-text.ts');
  const version = `${manifest.version}\n`;
  const help = helpText();
  const answers = { '--version': version, '-V': version, '--help': help, '-h': help, help };
  return `var answers = ${JSON.stringify(answers)};
var words = process.argv.slice(2);
var word = words.length === 0 ? 'help' : words[0];
if (words.length > 1 || !Object.prototype.hasOwnProperty.call(answers, word)) require('../main.cjs');
else process.stdout.on('error', function () {}).write(answers[word]);
`;
}

async function writeLauncher(folder) {
  const least = manifest.engines.node.replace('>=', '');
  const text = readFileSync(join(root, 'scripts/launcher.cjs'), 'utf8').replace('__LEAST_NODE__', least);
  mkdirSync(join(folder, 'bin'), { recursive: true });
  writeFileSync(join(folder, 'bin/kleiber.cjs'), text);
  chmodSync(join(folder, 'bin/kleiber.cjs'), 0o755);
  writeFileSync(join(folder, 'bin/start.cjs'), await startScript());
}

/** Puts the finished folder in place of the old one at once, so that a process that starts meanwhile never meets half a build. */
function replaceFolder(from, to) {
  const old = `${from}.old`;
  if (existsSync(to)) renameSync(to, old);
  renameSync(from, to);
  rmSync(old, { recursive: true, force: true });
}

async function main() {
  const started = performance.now();
  const folder = join(root, `.dist-${process.pid}`);
  try {
    const { chunks, warnings } = await bundle(folder);
    const foreign = foreignImports(chunks);
    if (foreign.length > 0) throw new Error(`the bundle imports what is not in it: ${foreign.join(', ')}`);
    await writeLauncher(folder);
    const page = await buildPage(join(folder, 'page'));
    writeFileSync(join(root, 'THIRD_PARTY_NOTICES'), thirdPartyNotices([...chunks, ...page]));
    replaceFolder(folder, join(root, 'dist'));
    for (const warning of warnings) process.stderr.write(`${warning}\n`);
    const kilobytes = Math.round(chunks.reduce((sum, chunk) => sum + chunk.code.length, 0) / 1024);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    process.stderr.write(`built dist/: ${chunks.length} files, ${kilobytes} KB, ${seconds} s\n`);
    return 0;
  } catch (error) {
    process.stderr.write(`the build failed: ${error.message}\n`);
    return 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

process.exitCode = await main();
