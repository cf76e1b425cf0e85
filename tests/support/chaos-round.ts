/** One round of a chaos run: a conductor and four workers on one plan, killed and followed by others until the plan is done. */
import { ChaosGround, type Ended, type GroundOptions, type Role, type Running } from './chaos-ground.ts';
import type { Points } from './chaos-points.ts';
import { finding, leftBehind, type Verdict, verdict } from './chaos-verdict.ts';
import { realClock } from './shell-clock.ts';

export interface RoundOptions extends GroundOptions {
  /** Kills that are allowed in this round. */
  budget: number;
  /** Processes are sent to fault points even when the budget is used up. */
  everyPoint: boolean;
  /** How many of those that are started are sent to a fault point; the others get on with the plan. */
  pointShare: number;
  random: () => number;
  points: Points;
  /** The ground of a round in which something was not as it must be stays. */
  keepBroken?: boolean;
}

export interface Played extends Verdict {
  /** Where it was played, when it is kept. */
  kept: string | null;
  tasks: number;
  randomKills: number;
  pointKills: number;
}

interface Member extends Running {
  role: Role;
  dieAt: string | null;
  hiredAt: number;
  isKilled: boolean;
}

const CREW: readonly Role[] = ['conductor', 'worker', 'worker', 'worker', 'worker'];
/** Between two random kills: long enough for the crew as a whole to get on. */
const BETWEEN_MS = [20, 700] as const;
/** Whoever is on the way to a fault point is let live that long, or hardly anybody would arrive. */
const GRACE_MS = 6_000;
/** On a busy machine processes take longer to begin; each one that comes too late gives the next ones more time. */
const MOST_GRACE_MS = 60_000;
const PATIENCE_MS = 240_000;
const MOST_SURPRISES = 5;

export async function playRound(options: RoundOptions): Promise<Played> {
  const ground = await ChaosGround.open(options);
  const round = new Round(options, ground);
  let isKept = false;
  try {
    const played = await round.play();
    isKept = options.keepBroken === true && played.findings.some(({ ok }) => !ok);
    return { ...played, kept: isKept ? ground.root : null };
  } finally {
    await round.end();
    await ground.close(isKept);
  }
}

class Round {
  readonly #options: RoundOptions;
  readonly #ground: ChaosGround;
  readonly #crew = new Set<Member>();
  /** Fault points that somebody is on the way to. */
  readonly #taken = new Set<string>();
  readonly #deadPids = new Set<number>();
  readonly #surprises: string[] = [];
  #randomKills = 0;
  #pointKills = 0;
  #isClosing = false;
  #graceMs = GRACE_MS;

  constructor(options: RoundOptions, ground: ChaosGround) {
    this.#options = options;
    this.#ground = ground;
  }

  async play(): Promise<Omit<Played, 'kept'>> {
    await this.#hireAll();
    await this.#killUntilDone();
    const wrongEnds = await this.#dismiss();
    // Whoever died while it was asked to stop is cleared up after by the next start, as always.
    wrongEnds.push(...(await this.#ground.once()));
    const left = await leftBehind(this.#ground);
    const judged = verdict(this.#ground, this.#deadPids);
    const findings = [
      finding('no process ended by itself', this.#surprises),
      finding('every process stops when asked, with exit code 143', wrongEnds),
      left,
      ...judged.findings,
    ];
    const { tasks } = this.#options;
    return { ...judged, tasks, randomKills: this.#randomKills, pointKills: this.#pointKills, findings };
  }

  /** Nobody of the crew is left, however the round went. */
  async end(): Promise<void> {
    this.#isClosing = true;
    for (const { child } of this.#crew) child.kill('SIGKILL');
    await Promise.all([...this.#crew].map(member => member.ended));
  }

  get #killsLeft(): boolean {
    return this.#randomKills + this.#pointKills < this.#options.budget;
  }

  /**
   * All at once, or, when every fault point counts, now and then one ahead of the others: what is done in a fresh repository
   * only once can then be died at step by step.
   */
  async #hireAll(): Promise<void> {
    const { everyPoint, random } = this.#options;
    const isAlone = everyPoint && random() < 0.5;
    const [first, ...others] = random() < 0.5 ? CREW : CREW.toReversed();
    if (first !== undefined) this.#hire(first);
    const until = performance.now() + PATIENCE_MS;
    while (isAlone && !this.#ground.hasStore && performance.now() < until) await realClock.sleep(20);
    for (const role of others) this.#hire(role);
  }

  #hire(role: Role): void {
    const isFresh = !this.#ground.hasStore;
    const { points, random, everyPoint, pointShare } = this.#options;
    const isToDie = (this.#killsLeft || everyPoint) && (isFresh || random() < pointShare);
    const dieAt = isToDie ? points.choose(role, this.#taken, random, isFresh) : null;
    const member: Member = {
      role,
      dieAt,
      hiredAt: performance.now(),
      isKilled: false,
      ...this.#ground.work(role, dieAt),
    };
    if (dieAt !== null) this.#taken.add(`${role}\t${dieAt}`);
    this.#crew.add(member);
    void member.ended.then(ended => this.#replace(member, ended));
  }

  /** Whoever dies is followed by another one at once; whoever ends in any other way should not have. */
  #replace(member: Member, { code, signal, said }: Ended): void {
    this.#crew.delete(member);
    this.#taken.delete(`${member.role}\t${member.dieAt}`);
    if (signal === 'SIGKILL') this.#deadPids.add(member.child.pid ?? 0);
    this.#options.points.learn(this.#ground.points());
    if (this.#isClosing) return;
    if (signal !== 'SIGKILL')
      this.#surprises.push(`a ${member.role} ended with ${code ?? signal}:\n${said.slice(-2000)}`);
    else if (!member.isKilled) {
      this.#pointKills++;
      this.#graceMs = Math.max(GRACE_MS, this.#graceMs * 0.8);
    }
    if (this.#surprises.length < MOST_SURPRISES) this.#hire(member.role);
  }

  async #killUntilDone(): Promise<void> {
    const [least, most] = BETWEEN_MS;
    let quietSince = performance.now();
    let lookedAt = 0;
    while (performance.now() - quietSince < PATIENCE_MS && this.#surprises.length < MOST_SURPRISES) {
      await realClock.sleep(least + this.#options.random() * (most - least));
      if (this.#killsLeft) {
        this.#killOne();
        quietSince = performance.now();
      } else if (this.#options.everyPoint && this.#options.points.pending > 0) {
        this.#killTheLate();
      }
      // Killing those who have nothing to do shows little: what is left of the kills goes into the next round.
      if (performance.now() - lookedAt > 300) {
        if (this.#ground.isDone()) return;
        lookedAt = performance.now();
      }
    }
    this.#surprises.push(
      `the plan does not come to its end:\n${[...this.#crew].map(({ heard }) => heard().slice(-500)).join('\n')}`,
    );
  }

  #killOne(): void {
    const now = performance.now();
    const isOnItsWay = ({ dieAt, hiredAt }: Member): boolean => dieAt !== null && now - hiredAt < this.#graceMs;
    const alive = [...this.#crew].filter(member => !member.isKilled && !isOnItsWay(member));
    const chosen = alive[Math.floor(this.#options.random() * alive.length)];
    if (chosen !== undefined) this.#kill(chosen);
  }

  /**
   * Whoever has not come to its fault point by now will hardly do so any more, and whoever has none has got on with the plan
   * for a while: others are sent to other points.
   */
  #killTheLate(): void {
    const now = performance.now();
    const late = [...this.#crew].find(
      ({ dieAt, hiredAt, isKilled }) => !isKilled && now - hiredAt > (dieAt === null ? 2 : 1) * this.#graceMs,
    );
    if (late === undefined) return;
    this.#graceMs = Math.min(MOST_GRACE_MS, this.#graceMs * 1.5);
    this.#kill(late);
  }

  #kill(member: Member): void {
    member.isKilled = true;
    this.#randomKills++;
    member.child.kill('SIGKILL');
  }

  /** Asks everybody to stop; gives the words of those who did not as they should. */
  async #dismiss(): Promise<string[]> {
    this.#isClosing = true;
    const members = [...this.#crew];
    for (const { child } of members) child.kill('SIGTERM');
    const endings = await Promise.all(members.map(member => member.ended));
    return endings.flatMap(({ code, signal, said }, index) => {
      const member = members[index];
      const wasToDie = signal === 'SIGKILL' && (member?.dieAt != null || member?.isKilled === true);
      // Before its first line a process has no words for a signal.
      const wasBorn = signal !== 'SIGTERM' || said !== '';
      return code === 143 || wasToDie || !wasBorn ? [] : [`${code ?? signal}: ${said.slice(-2000)}`];
    });
  }
}
