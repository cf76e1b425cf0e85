/** Bytes of a file that a person keeps, as text or as the fault that says where they are none. */
import type { Result } from '../domain/result.ts';
import { ok } from '../domain/result.ts';
import { refused } from './fault.ts';
import type { FileFault } from './record.ts';

export const countLines = (text: string): number => text.split('\n').length;

/** NUL and invalid UTF-8 are faults; a byte order mark is left where it stands. */
export function decodeUtf8(path: string, bytes: Uint8Array): Result<string, FileFault[]> {
  const nul = bytes.indexOf(0);
  if (nul >= 0) {
    const line = countLines(new TextDecoder().decode(bytes.subarray(0, nul)));
    return refused(path, line, 'a NUL byte stands here; expected text', 'save the file as UTF-8 text');
  }
  try {
    return ok(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    // A fatal decoder throws for nothing but invalid bytes.
    return refused(path, lineOfInvalidByte(bytes), 'invalid UTF-8; expected text', 'save the file as UTF-8');
  }
}

/** The first replacement character of a lenient reading is where the bytes went wrong, unless one was typed before it. */
function lineOfInvalidByte(bytes: Uint8Array): number {
  const lenient = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  return countLines(lenient.slice(0, lenient.indexOf('\ufffd')));
}
