/** Where a key of `kleiber.yml` stands, so that a reason can name the line that decided. */
import { CONFIG_LIMIT_BYTES } from './config-file.ts';
import { readStrictYaml } from './strict-yaml.ts';

/** The line, from 1, of a dotted key; null where it is not written or the file cannot be read. */
export function configLines(text: string | null): (key: string) => number | null {
  const yaml = text === null ? null : readStrictYaml('kleiber.yml', text, { bytes: CONFIG_LIMIT_BYTES, firstLine: 1 });
  if (yaml === null || !yaml.ok) return () => null;
  const { data, lineOf } = yaml.value;
  return key => {
    const path = key.split('.');
    const found = path.reduce<unknown>(
      (value, step) => (typeof value === 'object' && value !== null ? Reflect.get(value, step) : undefined),
      data,
    );
    return found === undefined ? null : lineOf(path);
  };
}
