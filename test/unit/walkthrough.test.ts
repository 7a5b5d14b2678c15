import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../../scripts/process.mjs';

interface Manifest {
  readonly contributes: {
    readonly commands: readonly { readonly command: string }[];
    readonly walkthroughs: readonly { readonly steps: readonly Step[] }[];
  };
}

interface Step {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly media: { readonly image?: Readonly<Record<string, string>>; readonly svg?: string };
}

const json = (file: string): unknown => JSON.parse(readFileSync(path.join(root, file), 'utf8'));
const manifest = json('package.json') as Manifest;
const commands = manifest.contributes.commands.map(({ command }) => command);
const steps = manifest.contributes.walkthroughs.flatMap((walkthrough) => walkthrough.steps);

/** The editor's own commands that a step may run. */
const BUILT_IN = ['editor.action.showHover'];

describe.each(['package.nls.json', 'package.nls.de.json'])('the walkthrough in %s', (file) => {
  const texts = json(file) as Readonly<Record<string, string>>;
  const textOf = (key: string): string => texts[key.slice(1, -1)] ?? '';

  it('begins with what a linear region is', () => {
    expect(steps[0].id).toBe('what');
    expect(textOf(steps[0].description)).toContain('](command:regionLens.learnMore)');
  });

  it.each(steps.map((step) => [step.id, step] as const))('has a button in step %s, and a picture', (_, step) => {
    // A link that has a line to itself is shown as a button.
    const buttons = [...textOf(step.description).matchAll(/^\[[^\]]+\]\(command:([^)]+)\)$/gm)].map(([, name]) => name);
    expect(buttons).not.toEqual([]);
    expect(buttons.filter((name) => !commands.includes(name) && !BUILT_IN.includes(name))).toEqual([]);
    const pictures = [...Object.values(step.media.image ?? {}), step.media.svg].filter((name) => name !== undefined);
    expect(pictures).not.toEqual([]);
    expect(pictures.filter((name) => !existsSync(path.join(root, name)))).toEqual([]);
  });

  it.each(steps.map((step) => [step.id, step] as const))('shows no mark of its Markdown in step %s', (_, step) => {
    const shown = textOf(step.description)
      .replaceAll(/\[([^\]]+)\]\([^)]+\)/g, '$1')
      .replaceAll(/\*\*([^*]+)\*\*/g, '$1');
    expect(shown).not.toMatch(/[*\\`]/);
  });
});
