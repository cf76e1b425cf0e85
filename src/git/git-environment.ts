/** The environment that git runs in: nothing of the caller's, and nothing through which a repository could make it run a program. */

/** What git gets of the outside world. */
export interface GitEnvironment {
  /** The PATH on which git is looked up. */
  path: string;
  /** The user's home; only finding a repository and reading the user's own settings look into it. */
  home: string;
}

export type Setting = readonly [name: string, value: string];

/** Where a command works. Without `gitDir` git searches for a repository, which only the first look at a checkout may do. */
export interface GitPlace {
  gitDir?: string;
  workTree?: string;
  /** True where the user's global and system settings must count: `safe.directory` when a repository is looked for. */
  withUserSettings?: boolean;
  settings?: readonly Setting[];
  variables?: Readonly<Record<string, string>>;
  /** The corner of a worktree whose next user must see that a process of this one still works there. */
  lifeline?: string;
}

/** Settings through which a repository could make git run a program or look elsewhere; fixed names only. */
const NEUTRAL: readonly Setting[] = [
  ['core.hooksPath', '/dev/null'],
  ['core.fsmonitor', 'false'],
  ['core.attributesFile', '/dev/null'],
  ['core.excludesFile', '/dev/null'],
  ['core.alternateRefsCommand', ''],
  ['core.sshCommand', 'false'],
  ['core.gitProxy', ''],
  ['core.quotePath', 'false'],
  ['credential.helper', ''],
  ['diff.external', ''],
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
  ['submodule.recurse', 'false'],
  ['merge.verifySignatures', 'false'],
  ['commit.gpgSign', 'false'],
];

/** Settings go in as variables and not as `-c`, because a driver's name may contain `=`. */
function settingVariables(settings: readonly Setting[]): Record<string, string> {
  const variables: Record<string, string> = { GIT_CONFIG_COUNT: String(settings.length) };
  for (const [index, [name, value]] of settings.entries()) {
    variables[`GIT_CONFIG_KEY_${index}`] = name;
    variables[`GIT_CONFIG_VALUE_${index}`] = value;
  }
  return variables;
}

function settingsHome(environment: GitEnvironment, place: GitPlace): Record<string, string> {
  if (place.withUserSettings === true) return { HOME: environment.home };
  return { HOME: '/dev/null', GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' };
}

/** All that git sees of the environment, made from nothing. */
export function variablesFor(environment: GitEnvironment, place: GitPlace): Record<string, string> {
  return {
    PATH: environment.path,
    LC_ALL: 'C',
    ...settingsHome(environment, place),
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: 'false',
    GIT_PAGER: 'cat',
    GIT_EDITOR: 'false',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_NO_LAZY_FETCH: '1',
    GIT_LITERAL_PATHSPECS: '1',
    GIT_ALLOW_PROTOCOL: 'file',
    ...(place.gitDir === undefined ? {} : { GIT_DIR: place.gitDir }),
    ...(place.workTree === undefined ? {} : { GIT_WORK_TREE: place.workTree }),
    ...settingVariables([...NEUTRAL, ...(place.settings ?? [])]),
    ...place.variables,
  };
}
