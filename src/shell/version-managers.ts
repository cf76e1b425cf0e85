/** Where version managers keep their tools: a shim on PATH is of no use without the folder that it looks into. */

export interface VersionManager {
  /** The variable that names its root; set inside, because HOME is another one there. */
  variable: string;
  /** The root where that variable is not set, relative to HOME. */
  folder: string;
}

export const VERSION_MANAGERS: readonly VersionManager[] = [
  { variable: 'PYENV_ROOT', folder: '.pyenv' },
  { variable: 'RBENV_ROOT', folder: '.rbenv' },
  { variable: 'NODENV_ROOT', folder: '.nodenv' },
  { variable: 'GOENV_ROOT', folder: '.goenv' },
  { variable: 'JENV_ROOT', folder: '.jenv' },
  { variable: 'ASDF_DATA_DIR', folder: '.asdf' },
  { variable: 'VOLTA_HOME', folder: '.volta' },
  { variable: 'NVM_DIR', folder: '.nvm' },
  { variable: 'FNM_DIR', folder: '.local/share/fnm' },
  { variable: 'SDKMAN_DIR', folder: '.sdkman' },
  { variable: 'BUN_INSTALL', folder: '.bun' },
  { variable: 'PNPM_HOME', folder: '.local/share/pnpm' },
];

/** What a tool folder needs besides itself. Paths are relative to HOME. */
export interface Companion {
  /** Needed when this folder is on PATH. */
  folder: string;
  needs: string;
  variable: string;
  /** What `variable` points to. */
  value: string;
}

export const COMPANIONS: readonly Companion[] = [
  { folder: '.cargo/bin', needs: '.rustup', variable: 'RUSTUP_HOME', value: '.rustup' },
  { folder: '.local/bin', needs: '.local/lib', variable: 'PYTHONUSERBASE', value: '.local' },
];

/** Downloaded packages and version choices, shown at the same place under the HOME inside. They hold no credentials. */
export const HOME_PARTS: readonly string[] = [
  '.cargo/registry',
  '.cargo/git',
  'go/pkg/mod',
  '.cache/node/corepack',
  '.m2/repository',
  '.tool-versions',
];

/** Variables of the caller that choose a version or name a tool's folder, and say nothing else. */
export const VERSION_VARIABLES: readonly string[] = [
  'PYENV_VERSION',
  'RBENV_VERSION',
  'NODENV_VERSION',
  'GOENV_VERSION',
  'RUSTUP_TOOLCHAIN',
  'JAVA_HOME',
  'GOROOT',
];
