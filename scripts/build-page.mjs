/** Builds the page of `kleiber board` from `web/`: scripts and a style, which the package carries as they are. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { COMMANDS } from '../src/cli/commands.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const web = join(root, 'web');

/** Names are fixed, so that the page and the one-file report find the parts; nothing outside this machine caches them. */
async function bundle(folder, name, source, isFirst) {
  const { output } = await build({
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
        input: join(web, source),
        output: {
          codeSplitting: false,
          entryFileNames: `${name}.js`,
          assetFileNames: `${name}[extname]`,
        },
      },
    },
  });
  return output.filter(part => part.type === 'chunk');
}

/** Two scripts, each whole in itself: the page, and the libraries that its first view does without. A report has both inside. */
export async function buildPage(folder) {
  const page = await bundle(folder, 'page', 'src/main.tsx', true);
  const libraries = await bundle(folder, 'libraries', 'src/libraries.ts', false);
  return [...page, ...libraries];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildPage(join(root, 'dist/page'));
