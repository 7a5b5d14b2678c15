// Compiles scripts/assembly/planeKernel.ts to WebAssembly and writes it, as text, to
// src/counting/propagation/planeKernel.ts. The compiler is large and is needed for nothing else, so npx fetches it when
// the kernel changes.
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const COMPILER = 'assemblyscript@0.28.20';
const OPTIONS = ['-O3', '--converge', '--noAssert', '--runtime', 'stub', '--enable', 'simd', '--importMemory'];

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = await mkdtemp(join(tmpdir(), 'region-lens-kernel-'));
try {
  const binary = join(folder, 'kernel.wasm');
  const words = [
    '--yes',
    '--package',
    COMPILER,
    'asc',
    'scripts/assembly/planeKernel.ts',
    '--outFile',
    binary,
    ...OPTIONS,
  ];
  const { status } = spawnSync('npx', words, { cwd: root, stdio: 'inherit' });
  if (status !== 0) throw new Error('the kernel does not compile');
  const lines = (await readFile(binary)).toString('base64').match(/.{1,110}/g) ?? [];
  const text = lines.map((line) => `  '${line}'`).join(' +\n');
  await writeFile(
    join(root, 'src/counting/propagation/planeKernel.ts'),
    `/** WebAssembly of \`scripts/assembly/planeKernel.ts\` in base 64, written by \`scripts/kernel.mjs\`. */\nexport const planeKernel =\n${text};\n`,
  );
} finally {
  await rm(folder, { recursive: true, force: true });
}
