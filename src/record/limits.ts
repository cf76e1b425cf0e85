/** How much of a file is read. */
export const FILE_LIMIT_BYTES = 256 * 1024;
export const FRONT_MATTER_LIMIT_BYTES = 16 * 1024;
/** gray-matter looks for comments in time that grows with lines times bytes. */
export const FRONT_MATTER_LIMIT_LINES = 1000;
