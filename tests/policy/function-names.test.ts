/** Names of functions as far as code can tell: by what a file exports and by what an event is given. No name is blamed in doubt. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { configSchema } from '../../src/domain/config.ts';
import { codeOnly } from '../../src/policy/code-only.ts';
import { functionNameFaults, namePattern, type SourceText } from '../../src/policy/function-names.ts';

const names = (functions: object) => configSchema.parse({ conventions: { functions } }).conventions.functions;
const SEED = names({
  handlers: 'handle{Event}',
  exports: {
    'src/api/**': 'fetch{Resource}',
    'src/validators/**': 'validate{Thing}',
    'src/mappers/**': '{from}To{To}',
  },
});
const created = (path: string, ...lines: string[]): SourceText => ({ path, before: null, after: lines.join('\n') });
/** Line and name of what is blamed. */
const blamed = (...sources: SourceText[]): string[] =>
  functionNameFaults(sources, SEED).map(fault => fault.split(' ').slice(0, 2).join(' '));

test.each([
  ['handle{Event}', ['handleSubmit', 'handle2FA'], ['handle', 'handlesubmit', 'onSubmit', 'rehandleSubmit']],
  ['fetch{Resource}', ['fetchUsers'], ['fetchusers', 'prefetchUsers']],
  ['{from}To{To}', ['apiToModel', 'userToRow'], ['ApiToModel', 'toModel', 'apitomodel']],
  ['{thing}$', ['user$'], ['user']],
])('%s fits %j and not %j', (pattern, fitting, others) => {
  const matcher = namePattern(pattern);
  expect([...fitting, ...others].filter(name => matcher.test(name))).toEqual(fitting);
});

test.each(['handle', '{Event', 'handle{}', 'handle {Event}', '.*{X}'])('%j is no pattern of a name', pattern => {
  expect(configSchema.safeParse({ conventions: { functions: { handlers: pattern } } }).success).toBe(false);
});

describe('what a file exports', () => {
  test.each<[string, string, string[]]>([
    ['a function', 'export function getUsers() {}', ['src/api/users.ts:1: getUsers']],
    ['an async function', 'export async function getUsers() {}', ['src/api/users.ts:1: getUsers']],
    [
      'an arrow',
      'export const getUsers = async (id: string): Promise<User> => load(id);',
      ['src/api/users.ts:1: getUsers'],
    ],
    ['an arrow of one parameter', 'export const getUsers = id => load(id);', ['src/api/users.ts:1: getUsers']],
    ['a function as a value', 'export const getUsers = function () {};', ['src/api/users.ts:1: getUsers']],
    ['a default export', 'export default function getUsers() {}', ['src/api/users.ts:1: getUsers']],
    ['a name that fits', 'export function fetchUsers() {}', []],
    ['a function of its own', 'function getUsers() {}', []],
    ['a value', 'export const limit = (2 + 3) * 4;', []],
    ['a value of a call', 'export const users = load(a => a);', []],
    ['a component', 'export function Users() {}', []],
    ['a type', 'export type Load = (id: string) => void;', []],
    ['a comment', '/*\nexport function getUsers() {}\n*/', []],
    ['a template', 'const code = `\nexport function getUsers() {}\n`;', []],
    [
      'a function whose parameters take several lines, which is left alone',
      'export const getUsers = (\n  id: string,\n) => load(id);',
      [],
    ],
  ])('%s', (_name, text, faults) => {
    expect(blamed(created('src/api/users.ts', text))).toEqual(faults);
  });

  test('counts by where the file lies, and not in tests, declarations and other languages', () => {
    const text = 'export function check() {}';
    expect(blamed(created('src/validators/email.ts', text), created('src/mappers/user.ts', text))).toEqual([
      'src/validators/email.ts:1: check',
      'src/mappers/user.ts:1: check',
    ]);
    for (const path of ['src/api/a.test.ts', 'src/api/a.d.ts', 'src/api/a.py', 'src/lib/a.ts'])
      expect(blamed(created(path, text))).toEqual([]);
  });

  test('says what is wanted and who wants it', () => {
    expect(functionNameFaults([created('src/api/users.ts', '', 'export function getUsers() {}')], SEED)).toEqual([
      'src/api/users.ts:2: getUsers is exported from src/api/**, where functions are named fetch{Resource} (kleiber.yml, conventions.functions; seed 5, naming conventions)',
    ]);
  });
});

describe('what an event is given', () => {
  const form = (definition: string, use: string): SourceText =>
    created('src/components/Form.tsx', definition, `export const Form = () => <form ${use} />;`);

  test.each<[string, SourceText, string[]]>([
    ['a function', form('function submitForm() {}', 'onSubmit={submitForm}'), ['submitForm']],
    ['an arrow', form('const submitForm = () => {};', 'onSubmit={ submitForm }'), ['submitForm']],
    ['a callback', form('  const submitForm = useCallback(() => {}, []);', 'onSubmit={submitForm}'), ['submitForm']],
    ['a name that fits', form('const handleSubmit = () => {};', 'onSubmit={handleSubmit}'), []],
    ['what came in as a property', form('const { onSave } = props;', 'onSubmit={onSave}'), []],
    ['what another file defines', form("import { save } from './save';", 'onSubmit={save}'), []],
    ['what a hook gave', form('const [open, setOpen] = useState(false);', 'onToggle={setOpen}'), []],
    ['a function that draws', form('const drawRow = () => null;', 'onRenderRow={drawRow}'), []],
    ['a function that is only called', form('const save = () => {};', 'onSubmit={() => save()}'), []],
    ['a property that is no event', form('const save = () => {};', 'once={save} on={save}'), []],
    ['a use in a comment', form('const save = () => {};', '/* onSubmit={save} */'), []],
    [
      'a listener',
      created('src/lib/keys.ts', 'const press = event => {};', "window.addEventListener('keydown', press);"),
      ['press'],
    ],
    [
      'a listener with options',
      created(
        'src/lib/keys.ts',
        'const press = event => {};',
        'node.addEventListener("keydown", press, { once: true });',
      ),
      ['press'],
    ],
  ])('%s', (_name, source, faults) => {
    expect(functionNameFaults([source], SEED).map(fault => fault.split(' ')[1])).toEqual(faults);
  });

  test('says where it is given, and where it is defined', () => {
    expect(functionNameFaults([form('function submitForm() {}', 'onSubmit={submitForm}')], SEED)).toEqual([
      'src/components/Form.tsx:1: submitForm is given to onSubmit, so it handles an event and is named handle{Event} (kleiber.yml, conventions.functions; seed 5, naming conventions)',
    ]);
  });
});

describe('only what is new is judged', () => {
  const old = 'export function getUsers() {}';

  test('not what stood there before, also when its file moves or it goes to another one', () => {
    expect(blamed({ path: 'src/api/users.ts', before: old, after: `${old}\n// more` })).toEqual([]);
    expect(blamed({ path: 'src/old.ts', before: old, after: null }, created('src/api/users.ts', old))).toEqual([]);
  });

  test('what is added beside it is', () => {
    const after = `${old}\nexport function getOne() {}`;
    expect(blamed({ path: 'src/api/users.ts', before: old, after })).toEqual(['src/api/users.ts:2: getOne']);
  });

  test('and nothing while nothing is declared', () => {
    expect(functionNameFaults([created('src/api/users.ts', old)], names({}))).toEqual([]);
  });
});

describe('code alone', () => {
  test.each([
    ["a('b // c'); // d", "a('      ');     "],
    ['a /* b\nc */ d', 'a     \n     d'],
    [`\`a \${b({ c: \`d\` })} e\` f`, '`                    ` f'],
    ['x = /[\'"]/.test(y)', 'x =       .test(y)'],
    ['a / b / c', 'a / b / c'],
    ["<p>Don't</p>", "<p>Don't</p>"],
    ['</a><b/>', '</a><b/>'],
    ['"\\"" + d', '"  " + d'],
    ['`never ends', '`         s'],
  ])('%j is %j', (text, code) => {
    expect(codeOnly(text)).toBe(code);
  });

  test('has the lines and columns of any text', () => {
    const piece = fc.constantFrom('`', "'", '"', '/', '*', '\\', '\n', '${', '}', 'a', ' ', '(');
    fc.assert(
      fc.property(fc.array(piece), pieces => {
        const text = pieces.join('');
        const code = codeOnly(text);
        expect(code.split('\n').map(line => line.length)).toEqual(text.split('\n').map(line => line.length));
      }),
    );
  });

  test('of a hostile line comes to an end', () => {
    const hostile = "'\\".repeat(50_000) + '`${'.repeat(20_000);
    expect(codeOnly(hostile).length).toBe(hostile.length);
  });
});
