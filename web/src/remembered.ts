/** Small choices that outlive the page, where the browser lets a page keep any: a file opened from disk may not. */

export function recall(key: string): string | null {
  try {
    return localStorage.getItem(`kleiber-${key}`);
  } catch {
    return null;
  }
}

export function remember(key: string, value: string): void {
  try {
    localStorage.setItem(`kleiber-${key}`, value);
  } catch {
    // the choice holds until the page is left
  }
}
