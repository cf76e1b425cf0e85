/** Every setting that counts, one by one, with the line of kleiber.yml that says it; what an untrusted file asks for is told beside it. */
import type { Config } from '../domain/config.ts';

export interface Setting {
  /** Dotted, such as `budget.day_usd`. */
  key: string;
  /** What counts; undefined when nothing does. */
  value: unknown;
  /** The line of kleiber.yml; null for what is built in. */
  line: number | null;
  /** What that line says, where something else counts because the file is not trusted. */
  asks?: unknown;
}

/** `written` is the file as it stands, null where there is none; `config` is what counts of it. */
export function settingsOf(config: Config, written: Config | null, lineOf: (key: string) => number | null): Setting[] {
  const [counts, says] = [new Map(flat(config)), new Map(flat(written ?? config))];
  const keys = [...new Set([...counts.keys(), ...says.keys()])];
  // Of a group that is empty on one side alone, the other side's settings tell everything.
  const isSingle = (key: string): boolean => !keys.some(other => other.startsWith(`${key}.`));
  return keys.filter(isSingle).map(key => {
    const [value, asked] = [counts.get(key), says.get(key)];
    const line = lineOf(key);
    const isOverruled = line !== null && JSON.stringify(value) !== JSON.stringify(asked);
    return { key, value, line, ...(isOverruled ? { asks: asked } : {}) };
  });
}

/** Lists and single values with their keys. A group whose keys hold dots, globs for instance, is one value. */
function flat(value: unknown, key = ''): [key: string, value: unknown][] {
  const isGroup = typeof value === 'object' && value !== null && !Array.isArray(value);
  const entries = isGroup ? Object.entries(value).filter(([, inner]) => inner !== undefined) : [];
  if (entries.length === 0 || entries.some(([name]) => name.includes('.'))) return [[key, value]];
  return entries.flatMap(([name, inner]) => flat(inner, key === '' ? name : `${key}.${name}`));
}

/** The rows of a table: key and value, and where it comes from when that is asked for. */
export function settingRows(settings: readonly Setting[], file: string, showsOrigin: boolean): string[][] {
  return settings.map(setting => [
    setting.key,
    shown(setting.value),
    ...(showsOrigin ? [originOf(setting, file)] : []),
  ]);
}

function originOf(setting: Setting, file: string): string {
  if (setting.line === null) return 'built in';
  const asks = 'asks' in setting ? `, which says ${shown(setting.asks)} and is not trusted` : '';
  return `${file}:${setting.line}${asks}`;
}

const shown = (value: unknown): string =>
  value === undefined ? '(none)' : typeof value === 'string' ? value : JSON.stringify(value);
