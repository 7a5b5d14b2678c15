import type { NetworkDefinition } from '../../network/definition.ts';

/** `# region-lens: run runs/a/step-*.pt`, in a line of its own or after code. */
const COMMENT = /(?:#|\/\/)[ \t]*region-lens:[ \t]*run[ \t]+([^\s"'\\]+)/g;

/**
 * The definitions with the runs that comments name. A comment belongs to the network that it stands in or before, and
 * after all networks to the last one.
 */
export function withNamedRuns(text: string, definitions: readonly NetworkDefinition[]): readonly NetworkDefinition[] {
  const comments = [...text.matchAll(COMMENT)];
  if (comments.length === 0 || definitions.length === 0) return definitions;
  const inOrder = [...definitions].sort((a, b) => a.span.end - b.span.end);
  const runs = new Map<NetworkDefinition, string>();
  for (const { index, 1: run } of comments) {
    const owner = inOrder.find(({ span }) => span.end > index) ?? inOrder[inOrder.length - 1];
    if (!runs.has(owner)) runs.set(owner, run);
  }
  return definitions.map((definition) => {
    const run = runs.get(definition);
    return run === undefined ? definition : { ...definition, run };
  });
}
