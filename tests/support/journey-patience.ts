/** Imported for what it does: whole runs in processes of their own take their time on a machine that is busy with others. */
import { vi } from 'vitest';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 180_000 });
