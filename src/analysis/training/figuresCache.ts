import { FIGURES_FORM, type SnapshotResult } from './snapshotFigures.ts';

/** What was found of snapshots, one JSON object a line, so that a run that goes on is not counted again. */

/** The results in a text by their keys. A line that is not whole, since writing it was interrupted, is passed over. */
export function keptResults(text: string): Map<string, SnapshotResult> {
  const known = new Map<string, SnapshotResult>();
  for (const line of text.split('\n')) {
    try {
      const { key, kept } = JSON.parse(line) as { key: string; kept: SnapshotResult };
      known.set(key, kept);
    } catch {
      // Not a whole line.
    }
  }
  return known;
}

export function keptLine(key: string, kept: SnapshotResult): string {
  return `${JSON.stringify({ key, kept })}\n`;
}

/**
 * One key for the content of a snapshot together with everything else that its figures follow from. `read` gives the
 * bytes of a file by its path; errors: those of `read`.
 */
export async function snapshotKey(
  file: string,
  read: (file: string) => Promise<Uint8Array>,
  choices: unknown,
): Promise<string> {
  const content = await read(file);
  const parts = await Promise.all(shardsOf(file, content).map(read));
  const digests = await Promise.all(
    [new TextEncoder().encode(JSON.stringify([FIGURES_FORM, choices])), content, ...parts].map(digestOf),
  );
  return digestOf(new TextEncoder().encode(digests.join(' ')));
}

/** Files beside the `model.json` of TensorFlow.js that hold its weights: snapshots of a run differ in them alone. */
function shardsOf(file: string, content: Uint8Array): string[] {
  if (!/(?:^|[\\/])model\.json$/.test(file)) return [];
  const folder = file.slice(0, file.length - 'model.json'.length);
  try {
    const { weightsManifest } = JSON.parse(new TextDecoder().decode(content)) as {
      weightsManifest?: readonly { readonly paths: readonly string[] }[];
    };
    return (weightsManifest ?? []).flatMap(({ paths }) => paths.map((path) => folder + path));
  } catch {
    // What cannot be read is refused when it is counted.
    return [];
  }
}

/** SHA-256, in hexadecimal. */
export async function digestOf(bytes: Uint8Array): Promise<string> {
  const digest = await globalThis.crypto.subtle.digest('SHA-256', new Uint8Array(bytes));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
