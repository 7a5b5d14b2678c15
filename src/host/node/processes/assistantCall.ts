import { availableParallelism } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AssistantHost } from '../../../assistant/host.ts';
import { callTool, type ToolAnswer, type ToolCall } from '../../../assistant/tools.ts';
import type { Input } from '../../input.ts';
import { CountProcess } from './countProcess.ts';
import { nodeFiles } from '../files/files.ts';
import { importsOf } from '../files/imports.ts';
import { endWithParent } from './parentWatch.ts';
import { readInput } from '../files/readInput.ts';
import { weightsHost } from '../files/weightsHost.ts';

/** Larger files are not what an assistant is asked about. */
const MAX_FILE_BYTES = 2 ** 28;

/** Makes this the process that answers one call of an assistant, and ends with the answer. */
export function answerOneCall(): void {
  process.once('message', (call: ToolCall) => void answer(call));
  endWithParent();
}

async function answer(call: ToolCall): Promise<void> {
  const pool = new CountProcess(join(__dirname, 'worker.js'), Math.max(1, availableParallelism() - 1));
  const host: AssistantHost = {
    readInput: async (file) => {
      const text = call.texts && Object.hasOwn(call.texts, file) ? call.texts[file] : null;
      return text === null ? readBounded(file) : { content: text, text, imports: importsOf(file) };
    },
    isAbsolute,
    weights: weightsHost,
    count: (task, each) => pool.run(task, each),
    nextTurn,
  };
  const given = await callTool(call, host).catch((error: unknown): ToolAnswer => ({
    text: `This is a fault of Region Lens: ${error instanceof Error ? error.message : String(error)}`,
    isError: true,
  }));
  await pool.dispose();
  process.send?.(given, () => process.exit());
}

async function readBounded(file: string): Promise<Input | { fault: string }> {
  try {
    const { size } = nodeFiles.open(file);
    if (size > MAX_FILE_BYTES)
      return { fault: `this file has ${size} bytes, more than the ${MAX_FILE_BYTES} that are read` };
  } catch (error) {
    return { fault: error instanceof Error ? error.message : String(error) };
  }
  return readInput(file);
}
