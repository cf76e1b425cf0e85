/** Builds the page of `kleiber board` from `web/` into one script and one style, which the package carries as they are. */
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { COMMANDS } from '../src/cli/commands.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Names are fixed, so that the one-file report finds the parts; nothing outside this machine caches them. */
export async function buildPage(folder) {
  rmSync(folder, { recursive: true, force: true });
  const { output } = await build({
    root: join(root, 'web'),
    configFile: false,
    logLevel: 'warn',
    define: { COMMAND_LINES: JSON.stringify(COMMANDS.map(({ summary, examples: [line] }) => ({ summary, line }))) },
    build: {
      outDir: folder,
      emptyOutDir: true,
      target: 'es2022',
      modulePreload: false,
      assetsInlineLimit: 0,
      rolldownOptions: {
        output: {
          codeSplitting: false,
          entryFileNames: 'page.js',
          assetFileNames: 'page[extname]',
        },
      },
    },
  });
  return output.filter(part => part.type === 'chunk');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildPage(join(root, 'dist/page'));
