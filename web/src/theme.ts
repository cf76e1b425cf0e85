/** Light or dark: as the system has it, until a person says otherwise. */
import { effect, signal } from '@preact/signals';
import { recall, remember } from './remembered.ts';

const CHOICES = ['system', 'light', 'dark'] as const;
type Theme = (typeof CHOICES)[number];

const remembered = (): Theme => CHOICES.find(choice => choice === recall('theme')) ?? 'system';

export const theme = signal<Theme>(remembered());

export const nextTheme = (): void => {
  theme.value = CHOICES[(CHOICES.indexOf(theme.value) + 1) % CHOICES.length] ?? 'system';
};

effect(() => {
  remember('theme', theme.value);
  document.documentElement.dataset.theme = theme.value;
});
