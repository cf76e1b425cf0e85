/** Libraries that the first view does without, in a script of their own; a report has it inside, before the page's. */
import { Graph, layout } from '@dagrejs/dagre';
import DOMPurify from 'dompurify';
import MarkdownIt from 'markdown-it';

const libraries = { Graph, layout, DOMPurify, MarkdownIt };

export type Libraries = typeof libraries;

declare global {
  var kleiberLibraries: Libraries | undefined;
}

globalThis.kleiberLibraries = libraries;
