/** Work side by side, of which nothing goes on any more when the whole has ended. */

/**
 * Like `Promise.all`, but ends when all of it has ended, so that whoever is told of a failure may close what the others were
 * using. What was rejected first is thrown, and `onBreak` is told of it at once.
 */
export async function allEnded<Values extends readonly unknown[]>(
  work: readonly [...{ [Index in keyof Values]: Promise<Values[Index]> }],
  onBreak: () => void = () => undefined,
): Promise<Values> {
  const errors: unknown[] = [];
  const noted = work.map(one =>
    one.catch((error: unknown) => {
      if (errors.push(error) === 1) onBreak();
    }),
  );
  await Promise.all(noted);
  if (errors.length > 0) throw errors[0];
  return (await Promise.all(work)) as unknown as Values; // the same promises, in their order
}
