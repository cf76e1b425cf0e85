/** What is told about a request while and after it runs; the rate lanes listen to it. */
import type { ModelFailure } from './claude.ts';
import type { RateLimit } from './response-headers.ts';

export type AttemptNews =
  /** The headers of a stream have come. `exhaustedForMs`: a bucket of this model is empty for so long. */
  | {
      kind: 'answered';
      model: string;
      requestId: string | null;
      exhaustedForMs: number | null;
      /** As far as the headers tell. */
      limits: RateLimit[];
    }
  /** The turn ended without a reply, perhaps after it had been answered. */
  | { kind: 'failed'; model: string; failure: ModelFailure };
