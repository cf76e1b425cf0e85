/** The parts of the machine that every command may read: programs and libraries, and the settings that they need. */
import { lstatSync, readlinkSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { isInside } from './hidden-paths.ts';

/** Not `/nix` as a whole: its daemon listens on a socket in there, and a read-only mount does not stop a connection. */
const FOLDERS = [
  '/usr',
  '/bin',
  '/sbin',
  '/lib',
  '/lib32',
  '/lib64',
  '/libx32',
  '/opt',
  '/nix/store',
  '/nix/var/nix/profiles',
  '/run/current-system',
];

/** Chosen by name, so that password hashes, keys, tokens in tool settings and host names of others stay outside. */
const SETTINGS = [
  'alternatives',
  'crypto-policies',
  'fonts',
  'group',
  'hosts',
  'java-11-openjdk',
  'java-17-openjdk',
  'java-21-openjdk',
  'java-25-openjdk',
  'ld.so.cache',
  'localtime',
  'maven',
  'mime.types',
  'nsswitch.conf',
  'os-release',
  'passwd',
  'php',
  'pki/tls/certs',
  'pki/ca-trust/extracted',
  'protocols',
  'services',
  'ssl/certs',
  'ssl/openssl.cnf',
  'static',
].map(name => `/etc/${name}`);

/** Inside the folders above, but known to hold tokens. */
const SECRET_FILES = ['/usr/etc/npmrc', '/usr/local/etc/npmrc', '/usr/local/etc/gitconfig', '/etc/maven/settings.xml'];

export interface SystemFolders {
  /** bwrap arguments that show them. */
  arguments: string[];
  /** True if a path on the host is the same path inside. */
  has(path: string): boolean;
}

/** `hidden` are folders of the user; those that lie in a system folder (a checkout in `/opt`) are covered by an empty one. */
export function findSystemFolders(hidden: readonly string[]): SystemFolders {
  const folders = FOLDERS.filter(exists);
  const covered = hidden.filter(path => exists(path) && folders.some(folder => isInside(path, folder)));
  return {
    arguments: [
      ...folders.flatMap(showFolder),
      ...SETTINGS.filter(exists).flatMap(path => showSetting(path, folders)),
      ...SECRET_FILES.filter(exists).flatMap(path => ['--ro-bind', '/dev/null', path]),
      ...covered.flatMap(cover),
    ],
    has: path => folders.some(folder => isInside(path, folder)) && !covered.some(hide => isInside(path, hide)),
  };
}

/** `/bin` is a link to `usr/bin` on most machines, and stays one inside. */
function showFolder(path: string): string[] {
  return lstatSync(path).isSymbolicLink() ? ['--symlink', readlinkSync(path), path] : ['--ro-bind', path, path];
}

/** A link costs nothing to make, a mount a tenth of a millisecond in every command. */
function showSetting(path: string, folders: readonly string[]): string[] {
  const to = lstatSync(path).isSymbolicLink() ? readlinkSync(path) : null;
  const isVisible = to !== null && folders.some(folder => isInside(resolve(dirname(path), to), folder));
  return isVisible ? ['--symlink', to, path] : ['--ro-bind-try', path, path];
}

const cover = (path: string): string[] =>
  lstatSync(path).isDirectory() ? ['--tmpfs', path] : ['--ro-bind', '/dev/null', path];

const exists = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined;
