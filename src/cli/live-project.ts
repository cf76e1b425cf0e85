/** The project of a page that stays open: its settings, the trust in them and its branch are looked at again all the time. */
import { quickFacts } from '../git/quick-facts.ts';
import { type Context, note } from './context.ts';
import type { Project } from './project.ts';
import { repeat } from './repeat.ts';
import { readSettings } from './settings.ts';
import { isTrusted, readTrusted, settingsKey } from './trust-store.ts';

export interface LiveProject {
  now(): Project;
  /** Why kleiber.yml or the roles cannot be read as they stand, so that what they said before counts; null while they can. */
  fault(): string | null;
  /** Another number whenever something of it has changed. */
  revision(): number;
  stop(): Promise<void>;
}

/** For whoever looks once. */
export const stillProject = (project: Project): LiveProject => ({
  now: () => project,
  fault: () => null,
  revision: () => 0,
  stop: async () => undefined,
});

const LOOK_AGAIN_MS = 1_000;

export function liveProject(opened: Project, context: Context): LiveProject {
  let project = opened;
  let fault: string | null = null;
  let revision = 0;
  let seen = keyOf(opened);
  const lookAtSettings = (): void => {
    const key = keyOf(project);
    if (key === seen) return;
    seen = key;
    revision += 1;
    const settings = readSettings(project.facts.root, project.places);
    fault = settings.ok ? null : [settings.failure.what, ...settings.failure.where].join('; ');
    if (settings.ok) project = { ...project, ...settings.value };
  };
  const lookAtBranch = async (): Promise<void> => {
    const branch = await branchOf(project, context);
    if (branch === undefined || branch === project.facts.branch) return;
    revision += 1;
    project = { ...project, facts: { ...project.facts, branch } };
  };
  const looking = repeat(
    LOOK_AGAIN_MS,
    async () => {
      lookAtSettings();
      await lookAtBranch();
    },
    why => note(context, `the checkout could not be looked at, trying again: ${why}`),
  );
  return { now: () => project, fault: () => fault, revision: () => revision, stop: looking.stop };
}

function keyOf({ facts, places }: Project): string {
  const read = readTrusted(facts.root);
  return settingsKey(isTrusted(read, places.trusted), read);
}

/** Undefined where it cannot be told at this moment. */
async function branchOf({ facts, checkout }: Project, context: Context): Promise<string | null | undefined> {
  const quick = quickFacts(facts.root, context.environment.PATH ?? '');
  if (quick !== null) return quick.branch;
  const asked = await checkout.facts();
  return asked.ok ? asked.value.branch : undefined;
}
