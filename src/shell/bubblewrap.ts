/** Commands in bubblewrap: no network, no environment, no HOME, one writable folder, and nobody left when they are over. */
import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import type { Clock } from '../domain/clock.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { bashArguments } from './bash-line.ts';
import { type HiddenPaths, isInside, resolveHiddenPaths } from './hidden-paths.ts';
import { sandboxEnvironment } from './inside-environment.ts';
import { prepareMountPoint } from './mount-points.ts';
import { baseProfile, checkoutLinks, checkoutOf, type Features, type Machine, worktreeProfile } from './profile.ts';
import { runProcess } from './run-process.ts';
import {
  type CommandOutcome,
  type DependencyBind,
  type Sandbox,
  type SandboxedCommand,
  type SandboxFailure,
  WORKSPACE,
} from './sandbox.ts';
import { findSystemFolders } from './system-folders.ts';
import { interpreterFolder, planToolchains, type ToolchainOptions, type Toolchains } from './toolchains.ts';

export interface SandboxOptions extends HiddenPaths {
  /** Absolute path of bwrap. */
  bwrapPath: string;
  /** PATH, split, in order. */
  pathEntries: readonly string[];
  /** Where tools live that are not in their usual place: only variables that version managers define are read. */
  environment: Readonly<Record<string, string | undefined>>;
  clock: Clock;
}

const PROBE_MS = 10_000;

/** Tries the confinement once with `true`. Without a working one nothing may run, so that is a failure and not a fallback. */
export async function openSandbox(options: SandboxOptions): Promise<Result<Sandbox, SandboxFailure>> {
  const version = await readVersion(options);
  if (!version.ok) return version;
  let last = '';
  for (const features of candidateFeatures(version.value)) {
    const sandbox = new Bubblewrap(options, version.value, features);
    const probe = await sandbox.probe();
    if (probe.kind === 'exited' && probe.exitCode === 0) return ok(sandbox);
    last = probe.output.trim() || `the probe ended as ${probe.kind}`;
  }
  return fail({ reason: 'sandbox_broken', detail: last });
}

async function readVersion({ bwrapPath, clock }: SandboxOptions): Promise<Result<string, SandboxFailure>> {
  const request = {
    file: bwrapPath,
    arguments: ['--version'],
    environment: {},
    reportsStatus: false,
    timeoutMs: PROBE_MS,
  };
  const { kind, exitCode, output } = await runProcess(request, clock);
  if (kind === 'not_started') return fail({ reason: 'sandbox_missing', detail: output });
  const version = /(\d+\.\d+(?:\.\d+)?)/.exec(output)?.[1];
  if (kind !== 'exited' || exitCode !== 0 || version === undefined) {
    return fail({ reason: 'sandbox_broken', detail: output.trim() || `${bwrapPath} --version ended as ${kind}` });
  }
  return ok(version);
}

/** Best first. A setuid bwrap can't forbid user namespaces, and an old kernel has no overlay for ordinary users. */
export function candidateFeatures(version: string): Features[] {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isAtLeast = (wanted: number) => major > 0 || minor >= wanted;
  const all: Features[] = [
    { noUserNamespaces: true, overlay: true },
    { noUserNamespaces: true, overlay: false },
    { noUserNamespaces: false, overlay: false },
  ];
  return all.filter(
    ({ noUserNamespaces, overlay }) => (!noUserNamespaces || isAtLeast(8)) && (!overlay || isAtLeast(11)),
  );
}

class Bubblewrap implements Sandbox {
  readonly kind = 'bubblewrap';
  readonly fingerprint: string;
  private readonly machine: Machine;
  private readonly toolchainOptions: ToolchainOptions;
  private readonly environment: Record<string, string>;
  private readonly options: SandboxOptions;
  /** Planned once for each set of interpreters. */
  private readonly extended = new Map<string, Toolchains>();

  constructor(options: SandboxOptions, version: string, features: Features) {
    this.options = options;
    const hiddenPaths = resolveHiddenPaths(options);
    const { home, repositoryRoots, hidden } = hiddenPaths;
    const system = findSystemFolders([home, ...repositoryRoots, ...hidden]);
    this.toolchainOptions = { hiddenPaths, ...options, isVisible: system.has };
    const toolchains = planToolchains(this.toolchainOptions);
    this.machine = { system, toolchains, features, home };
    this.environment = { ...sandboxEnvironment(toolchains.path), ...toolchains.variables };
    this.fingerprint = fingerprintOf(version, this.machine);
  }

  async run(command: SandboxedCommand): Promise<CommandOutcome> {
    const outcome = await this.runWith(command, this.machine);
    if (outcome.kind !== 'not_started' || !this.machine.features.overlay || command.binds.length === 0) return outcome;
    // Some file systems can't be the lower half of an overlay; which ones is only known by trying.
    return this.runWith(command, { ...this.machine, features: { ...this.machine.features, overlay: false } });
  }

  /** `true` in the bare profile, with an overlay if one is to be used. */
  probe(): Promise<CommandOutcome> {
    const overlay = this.machine.features.overlay ? ['--overlay-src', '/usr', '--tmp-overlay', '/tmp/overlay'] : [];
    return this.start([...baseProfile(this.machine), ...overlay], { command: 'true', timeoutMs: PROBE_MS });
  }

  private runWith(command: SandboxedCommand, machine: Machine): Promise<CommandOutcome> {
    const profile = this.profileFor(command, machine);
    return profile.ok ? this.start(profile.value, command) : Promise.resolve(notStarted(profile.failure.detail));
  }

  private profileFor(command: SandboxedCommand, whole: Machine): Result<string[], NotStarted> {
    const folder = posix.join(WORKSPACE, command.folder ?? '.');
    if (!isInside(folder, WORKSPACE)) return refuse(`${command.folder} is not inside the worktree`);
    try {
      const binds = placeBinds(command);
      if (!binds.ok) return binds;
      const machine = this.machineFor(binds.value, whole);
      return ok([
        ...baseProfile(machine),
        ...worktreeProfile(command, binds.value, machine.features),
        ...checkoutLinks(command, binds.value, machine),
        ...['--remount-ro', '/', '--chdir', folder],
      ]);
    } catch (error) {
      // Folders are the user's and may vanish while they are looked at.
      return refuse(error instanceof Error ? error.message : String(error));
    }
  }

  /** The tools of this command: the interpreter of a bound virtual environment as well, and nothing that is bound already. */
  private machineFor(binds: readonly DependencyBind[], machine: Machine): Machine {
    const interpreters = binds.flatMap(bind => interpreterFolder(bind.source) ?? []);
    const toolchains = interpreters.length === 0 ? machine.toolchains : this.toolchainsWith(interpreters);
    const bound = binds.filter(bind => checkoutOf(bind, machine).length > 0).map(bind => bind.source);
    const paths = toolchains.paths.filter(path => !bound.some(source => isInside(path, source)));
    return { ...machine, toolchains: { ...toolchains, paths } };
  }

  private toolchainsWith(interpreters: readonly string[]): Toolchains {
    const key = interpreters.join(':');
    const known = this.extended.get(key);
    if (known) return known;
    const pathEntries = [...this.options.pathEntries, ...interpreters];
    const toolchains = planToolchains({ ...this.toolchainOptions, pathEntries });
    this.extended.set(key, toolchains);
    return toolchains;
  }

  private start(
    profile: readonly string[],
    command: Pick<SandboxedCommand, 'command' | 'timeoutMs' | 'env' | 'signal'>,
  ) {
    const variables = Object.entries({ ...this.environment, ...command.env });
    const options = [...profile, ...variables.flatMap(([name, value]) => ['--setenv', name, value])];
    const request = {
      file: this.options.bwrapPath,
      // On a descriptor and not on the command line, where every `ps` inside would print it.
      arguments: ['--args', '3', '--', 'bash', ...bashArguments(command.command)],
      options: options.map(option => `${option}\0`).join(''),
      // Empty for bwrap itself too: inside, its environment can be read as that of process 1.
      environment: {},
      reportsStatus: true,
      timeoutMs: command.timeoutMs,
      ...(command.signal ? { signal: command.signal } : {}),
    };
    return runProcess(request, this.options.clock);
  }
}

/** The binds that have a place in this worktree, or why the command can't run with them. */
function placeBinds(command: SandboxedCommand): Result<DependencyBind[], NotStarted> {
  const placed: DependencyBind[] = [];
  for (const bind of command.binds) {
    const point = prepareMountPoint(command.worktree, bind);
    if (point === 'taken') return refuse(`${bind.at} is in the way of the dependency folder that belongs there`);
    if (point === 'ready') placed.push(bind);
  }
  return ok(placed);
}

interface NotStarted {
  reason: 'not_started';
  detail: string;
}

const refuse = (detail: string) => fail<NotStarted>({ reason: 'not_started', detail });

const notStarted = (output: string): CommandOutcome => ({ kind: 'not_started', exitCode: null, output, durationMs: 0 });

/** Folders that PATH reaches count with where they really are, so that another version of a tool is another confinement. */
function fingerprintOf(version: string, machine: Machine): string {
  const profile = baseProfile({ ...machine, toolchains: { ...machine.toolchains, links: [] } });
  const environment = sandboxEnvironment([]);
  return createHash('sha256')
    .update(JSON.stringify(['bubblewrap', version, profile, environment]))
    .digest('hex');
}
