/** Which folders nobody would work on, because no role may write there. */
import { describe, expect, test } from 'vitest';
import { unownedFolders } from '../../src/policy/ownership.ts';
import { roleOf } from '../support/policy-values.ts';

const ROLES = [
  roleOf('engineer-backend', { paths: ['/src/backend/*'] }),
  roleOf('scribe', { paths: ['/docs/*', '*.md'] }),
  roleOf('validator', { paths: ['**'], produces: 'report' }),
  roleOf('testing'),
];

describe('folders without an owner', () => {
  test('are counted two levels deep, most files first, then by name', () => {
    const files = [
      'src/backend/routes/a.ts',
      'src/shared/a.ts',
      'src/shared/deep/b.ts',
      'web/a.ts',
      'api/a.ts',
      'package.json',
      'docs/a.md',
      'README.md',
    ];
    expect(unownedFolders(files, ROLES)).toEqual([
      { folder: 'src/shared/', files: 2 },
      { folder: '.', files: 1 },
      { folder: 'api/', files: 1 },
      { folder: 'web/', files: 1 },
    ]);
  });

  test('are not those of the record, of tools, and of kleiber itself', () => {
    const files = ['tasks/x/a.md', 'orchestration_log.md', 'reports/a.md', '.github/workflows/ci.yml', 'kleiber.yml'];
    expect(unownedFolders(files, [])).toEqual([]);
  });
});
