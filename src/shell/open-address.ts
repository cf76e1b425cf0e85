/** Shows an address in the person's browser, where there is one. */
import { spawn } from 'node:child_process';

/** Nothing is waited for and nothing is said: the address has been printed, and the browser outlives this process. */
export function openAddress(address: string, environment: Readonly<Record<string, string | undefined>>): void {
  const command = opener(environment);
  if (command === null) return;
  const child = spawn(command, [address], { detached: true, stdio: 'ignore', env: withoutKey(environment) });
  child.once('error', () => undefined); // no such program: the person has the address
  child.unref();
}

/** For a program of the person's: no child ever gets the key. */
export const withoutKey = (
  environment: Readonly<Record<string, string | undefined>>,
): Record<string, string | undefined> =>
  Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('ANTHROPIC_')));

/** Null where a window would open on another machine or in front of nobody. */
function opener(environment: Readonly<Record<string, string | undefined>>): string | null {
  const { BROWSER, CI, SSH_CONNECTION, DISPLAY, WAYLAND_DISPLAY } = environment;
  if (CI || SSH_CONNECTION) return null;
  if (BROWSER && !BROWSER.includes(' ')) return BROWSER;
  if (process.platform === 'darwin') return 'open';
  return DISPLAY || WAYLAND_DISPLAY ? 'xdg-open' : null;
}
