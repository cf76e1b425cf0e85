/** Maps the blueprint's writing roles (seed 5) to the folders that a repository really has. */
import { globFault } from './glob.ts';
import { folderOf, inFolder, isBelow, nameOf, parsePackage, type RepositoryListing } from './project-folders.ts';

/** Who owns a folder; `mixed` means that one has to look inside, `neither` that no source lies there. */
type Side = 'front' | 'back' | 'shared' | 'mixed' | 'neither';

interface Zones {
  front: Set<string>;
  back: Set<string>;
}

/** A folder and all that lies below it. */
interface Tree {
  folder: string;
  files: readonly string[];
}

const FRONT_FOLDER =
  /^(?:front-?end|client|web|web-?app|website|ui|components?|pages|views|layouts|screens|widgets|styles|css|assets|static|public|templates|themes|hooks|javascript)$/i;
/** A `web` with Python in it may hold the whole of a small server; a `frontend` does not. */
const SURELY_FRONT = /^(?:front-?end|client|ui|components?)$/i;
const BACK_FOLDER =
  /^(?:back-?end|server|api|services?|db|database|models|routes|controllers|migrations|middleware|jobs|workers?|cmd|internal|pkg|handlers|repositories|prisma|drizzle|queue|cron|daemon)$/i;
const TEST_FOLDER = /^(?:tests?|specs?|__tests__|integration)$/i;
const BROWSER_TEST_FOLDER = /^(?:e2e|cypress|playwright|stories|\.storybook)$/i;

/** Nobody's: the record, documents (the scribe's), other people's code, and what describes the project itself. */
const NO_ROLE =
  /^(?:tasks|progress|complete|blocked|reports|docs?|documentation|node_modules|vendor|third_party|dist|build|target|\..*)$/i;

const FRONT_FILE = /\.(?:[jt]sx|vue|svelte|astro|css|scss|sass|less|styl|html?|ejs|hbs|erb)$/i;
const BACK_FILE =
  /\.(?:py|go|rs|rb|php|java|kts?|cs|c|h|cc|cpp|hpp|cxx|hxx|sql|exs?|erl|clj|scala|swift|zig|lua|pl|pm|hs|ml|proto|prisma)$/i;
const EITHER_FILE = /\.(?:[cm]?[jt]s|graphql|gql)$/i;

const FRONT_PACKAGE = /^(?:react|react-dom|vue|svelte|next|nuxt|@angular\/core|solid-js|preact|astro|lit|gatsby|expo)$/;
const BACK_PACKAGE =
  /^(?:express|fastify|koa|hono|@nestjs\/core|@hapi\/hapi|pg|mysql2?|mongoose|mongodb|drizzle-orm|@prisma\/client|knex|typeorm|bullmq|ioredis)$/;

const isSource = (path: string): boolean => FRONT_FILE.test(path) || BACK_FILE.test(path) || EITHER_FILE.test(path);

const subTree = (tree: Tree, name: string): Tree => {
  const folder = inFolder(tree.folder, name);
  return { folder, files: tree.files.filter(path => path.startsWith(`${folder}/`)) };
};

const partsBelow = (tree: Tree, path: string): string[] =>
  (tree.folder === '' ? path : path.slice(tree.folder.length + 1)).split('/');

const childrenOf = (tree: Tree): string[] =>
  [
    ...new Set(
      tree.files.map(path => partsBelow(tree, path)).flatMap(parts => (parts.length > 1 ? [parts[0] ?? ''] : [])),
    ),
  ].sort();

const directFiles = (tree: Tree): string[] => tree.files.filter(path => folderOf(path) === tree.folder);

/** What a folder's name says, where its files do not say the opposite: a Go package named `client` is back-end code. */
function sideOfName(tree: Tree): Side {
  const name = nameOf(tree.folder);
  const hasFront = tree.files.some(path => FRONT_FILE.test(path));
  const hasBack = tree.files.some(path => BACK_FILE.test(path));
  if (FRONT_FOLDER.test(name) && hasBack && !SURELY_FRONT.test(name)) return hasFront ? 'mixed' : 'back';
  if (FRONT_FOLDER.test(name)) return hasBack && !hasFront ? 'back' : 'front';
  if (BACK_FOLDER.test(name))
    return hasFront && !hasBack && !tree.files.some(path => EITHER_FILE.test(path)) ? 'front' : 'back';
  return 'neither';
}

/** The nearest manifest above decides about files that are in a language of both sides. */
function sideOfManifest(folder: string, listing: RepositoryListing): Side {
  for (let at = folder; ; at = folderOf(at)) {
    const manifest = parsePackage(listing.texts.get(inFolder(at, 'package.json')));
    if (manifest) {
      const isFront = manifest.dependencies.some(name => FRONT_PACKAGE.test(name));
      const isBack = manifest.dependencies.some(name => BACK_PACKAGE.test(name));
      if (isFront !== isBack) return isFront ? 'front' : 'back';
      if (isFront) return 'shared';
    }
    if (at === '') return 'back';
  }
}

/** Signals of a whole tree: names of the folders in it and kinds of its files. */
function sideOfTree(tree: Tree, listing: RepositoryListing): Side {
  const sources = tree.files.filter(isSource);
  if (sources.length === 0) return 'neither';
  const named = tree.folder === '' ? 'mixed' : sideOfName(tree);
  if (named !== 'neither') return named;
  const folders = new Set(sources.flatMap(path => partsBelow(tree, path).slice(0, -1)));
  const hasFront = [...folders].some(name => FRONT_FOLDER.test(name)) || sources.some(path => FRONT_FILE.test(path));
  const hasBack = [...folders].some(name => BACK_FOLDER.test(name)) || sources.some(path => BACK_FILE.test(path));
  if (hasFront && hasBack) return 'mixed';
  if (hasFront) return 'front';
  return hasBack ? 'back' : sideOfManifest(tree.folder, listing);
}

const DEEPEST = 4;
const CONFIGURATION =
  /(?:^|[./_-])(?:config|rc|setup|conftest|manage|noxfile|gulpfile|rakefile|jest|vitest)[\w-]*\.\w+$|\.config\.\w+$|rc\.\w+$/i;

/** A tree for its owner; globs that the path rules refuse (brackets in a folder's name) are left to the tree above. */
function give(zones: Zones, side: Side, glob: string): void {
  if (globFault(glob) !== null) return;
  if (side === 'front' || side === 'shared') zones.front.add(glob);
  if (side === 'back' || side === 'shared') zones.back.add(glob);
}

const sideOfFile = (path: string, neutral: Side): Side => {
  if (FRONT_FILE.test(path)) return 'front';
  return BACK_FILE.test(path) ? 'back' : neutral;
};

/** Sources directly in a folder of both sides, by their endings; at the root configuration is nobody's. */
function giveDirectFiles(tree: Tree, listing: RepositoryListing, zones: Zones): void {
  const neutral = tree.folder === '' ? sideOfManifest('', listing) : 'shared';
  for (const path of directFiles(tree).filter(isSource)) {
    const ending = path.slice(path.lastIndexOf('.'));
    const side = sideOfFile(path, neutral);
    if (tree.folder !== '') give(zones, side, `${tree.folder}/*${ending}`);
    else if (BACK_FILE.test(path) && ending !== '.py') give(zones, side, `*${ending}`);
    else if (!CONFIGURATION.test(path)) give(zones, side, path);
  }
}

/** Test folders belong to whoever has code beside them; tests in a browser and stories to the front end. */
function giveTests(tests: readonly Tree[], zones: Zones): void {
  const [hasFront, hasBack] = [zones.front.size > 0, zones.back.size > 0];
  for (const { folder } of tests) {
    const isBrowser = BROWSER_TEST_FOLDER.test(nameOf(folder));
    const both: Side = hasFront && hasBack ? 'shared' : hasFront ? 'front' : 'back';
    give(zones, isBrowser && hasFront ? 'front' : both, `${folder}/**`);
  }
}

/** Walks down while a folder is of both sides; what lies deeper than four folders is shared. */
function mapTree(tree: Tree, listing: RepositoryListing, zones: Zones, tests: Tree[], depth: number): void {
  const name = nameOf(tree.folder);
  if (TEST_FOLDER.test(name) || BROWSER_TEST_FOLDER.test(name)) {
    tests.push(tree);
    return;
  }
  const side = sideOfTree(tree, listing);
  if (side === 'mixed' && depth < DEEPEST) {
    giveDirectFiles(tree, listing, zones);
    for (const child of childrenOf(tree)) {
      const isBrowserTest = BROWSER_TEST_FOLDER.test(child);
      if (!NO_ROLE.test(child) || isBrowserTest) mapTree(subTree(tree, child), listing, zones, tests, depth + 1);
    }
    return;
  }
  give(zones, side === 'mixed' ? 'shared' : side, `${tree.folder}/**`);
  // Routes of a server often lie inside the folder of the pages (`app/api`).
  if (side !== 'front') return;
  for (const inner of ['api', 'server']) {
    if (subTree(tree, inner).files.some(isSource)) give(zones, 'back', `${tree.folder}/${inner}/**`);
  }
}

/** Documents that exist, and the folder that the blueprint gives the scribe in any case. */
function scribePaths(files: readonly string[]): string[] {
  const folders = ['doc', 'documentation'].filter(folder => files.some(path => isBelow(folder, path)));
  return ['docs/**', ...folders.map(folder => `${folder}/**`), '*.md'];
}

function unownedFolders(tree: Tree, zones: Zones): string[] {
  const owned = [...zones.front, ...zones.back];
  return childrenOf(tree).filter(
    name => !NO_ROLE.test(name) && !owned.some(glob => glob === name || glob.startsWith(`${name}/`)),
  );
}

const sentence = (agent: string, paths: ReadonlySet<string>, otherwise: string): string =>
  paths.size > 0 ? `${agent} may write ${[...paths].join(', ')}` : `${agent} ${otherwise}`;

/** Role trees with a reason for each; an agent without any folder is left out of `roles`. */
export function detectRoles(listing: RepositoryListing): { roles: Record<string, string[]>; reasons: string[] } {
  const zones: Zones = { front: new Set(), back: new Set() };
  const tests: Tree[] = [];
  const root: Tree = { folder: '', files: listing.files };
  mapTree(root, listing, zones, tests, 0);
  giveTests(tests, zones);
  const scribe = scribePaths(listing.files);
  const unowned = unownedFolders(root, zones);
  const none = 'has no folder of its kind here, so it may write what its task names';
  return {
    roles: {
      ...(zones.front.size > 0 ? { 'engineer-frontend': [...zones.front] } : {}),
      ...(zones.back.size > 0 ? { 'engineer-backend': [...zones.back] } : {}),
      scribe,
    },
    reasons: [
      sentence('engineer-frontend', zones.front, none),
      sentence('engineer-backend', zones.back, none),
      sentence('scribe', new Set(scribe), none),
      ...(unowned.length > 0 ? [`nobody owns ${unowned.join(', ')}; roles: in kleiber.yml can say who does`] : []),
    ],
  };
}
