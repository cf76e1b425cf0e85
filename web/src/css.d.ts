/** Vite takes the style into a file of its own; the import has no value. */
declare module '*.css';
