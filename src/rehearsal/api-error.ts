/** Errors in the shape that the API prints them. */

export interface ApiError {
  readonly status: number;
  readonly type: string;
  readonly message: string;
  /** `details.error_code` names the cause where the type is too broad (a spend limit is a 429 that no retry cures). */
  readonly errorCode?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export const invalid = (message: string): ApiError => ({ status: 400, type: 'invalid_request_error', message });

export const notFound = (message: string): ApiError => ({ status: 404, type: 'not_found_error', message });

/** The script behind the server is wrong, which no retry cures. */
export const scriptBug = (message: string): ApiError => ({
  status: 500,
  type: 'api_error',
  message: `rehearsal script: ${message}`,
  headers: { 'x-should-retry': 'false' },
});

export function errorBody(error: Pick<ApiError, 'type' | 'message' | 'errorCode'>, requestId: string) {
  const details = error.errorCode === undefined ? {} : { details: { error_code: error.errorCode } };
  return { type: 'error', error: { type: error.type, message: error.message, ...details }, request_id: requestId };
}
