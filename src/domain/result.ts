/** Success or a failure with a reason: what can go wrong in the world is returned, never thrown. */
export type Result<Value, Failure> = { ok: true; value: Value } | { ok: false; failure: Failure };

export const ok = <Value>(value: Value): { ok: true; value: Value } => ({ ok: true, value });

export const fail = <const Failure>(failure: Failure): { ok: false; failure: Failure } => ({ ok: false, failure });

/** Ends a switch over a union, so that the compiler names a forgotten arm. Reaching it is a bug. */
export function unreachable(value: never): never {
  throw new Error(`bug: unexpected value ${JSON.stringify(value)}`);
}
