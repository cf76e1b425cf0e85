/** Builds the page of `kleiber board` from `web/`, which the package carries as it is. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { COMMANDS } from '../src/cli/commands.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const web = join(root, 'web');
const IN_ORDER = {
  groups: [
    { name: 'open', test: /\/open\.ts$/, priority: 1 },
    { name: 'common', minShareCount: 2 },
  ],
};

/** Names are fixed, so that the page and the one-file report find the parts; nothing outside this machine caches them. */
async function bundle(folder, { name, isFirst, codeSplitting }) {
  const built = await build({
    root: web,
    configFile: false,
    logLevel: 'warn',
    define: { COMMAND_LINES: JSON.stringify(COMMANDS.map(({ summary, examples: [line] }) => ({ summary, line }))) },
    publicDir: isFirst ? 'public' : false,
    build: {
      outDir: folder,
      emptyOutDir: isFirst,
      target: 'es2022',
      modulePreload: false,
      assetsInlineLimit: 0,
      rolldownOptions: {
        input: { [name]: join(web, 'src/main.tsx') },
        output: {
          entryFileNames: '[name].js',
          chunkFileNames: '[name].js',
          assetFileNames: 'page[extname]',
          codeSplitting,
        },
      },
    },
  });
  return built.output.filter(part => part.type === 'chunk');
}

/** For the browser in the order in which it is needed, so that the first view waits for no other; for a report, where nothing can be asked for, in one script. */
export async function buildPage(folder) {
  const page = await bundle(folder, { name: 'page', isFirst: true, codeSplitting: IN_ORDER });
  const report = await bundle(folder, { name: 'report', isFirst: false, codeSplitting: false });
  return [...page, ...report];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildPage(join(root, 'dist/page'));
