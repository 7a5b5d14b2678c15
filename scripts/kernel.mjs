// Compiles the kernels in scripts/assembly to WebAssembly and writes them, as text, into src. The compiler is
// large and is needed for nothing else, so npx fetches it when a kernel changes.
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const COMPILER = 'assemblyscript@0.28.20';
const OPTIONS = ['-O3', '--converge', '--noAssert', '--runtime', 'stub', '--enable', 'simd', '--importMemory'];

/** Each kernel's source, and the file that holds what it is compiled to. */
const KERNELS = {
  planeKernel: 'src/counting/propagation/planeKernel.ts',
  lineKernel: 'src/counting/lines/lineKernel.ts',
  ballKernel: 'src/counting/exact/ballKernel.ts',
  drawsKernel: 'src/analysis/expectation/drawsKernel.ts',
};

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = await mkdtemp(join(tmpdir(), 'region-lens-kernel-'));
try {
  for (const [name, target] of Object.entries(KERNELS)) {
    const source = `scripts/assembly/${name}.ts`;
    const binary = join(folder, `${name}.wasm`);
    const words = ['--yes', '--package', COMPILER, 'asc', source, '--outFile', binary, ...OPTIONS];
    const { status } = spawnSync('npx', words, { cwd: root, stdio: 'inherit' });
    if (status !== 0) throw new Error(`${source} does not compile`);
    const lines = (await readFile(binary)).toString('base64').match(/.{1,110}/g) ?? [];
    const text = lines.map((line) => `  '${line}'`).join(' +\n');
    await writeFile(
      join(root, target),
      `/** WebAssembly of \`${source}\` in base 64, written by \`scripts/kernel.mjs\`. */\nexport const ${name} =\n${text};\n`,
    );
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
