import { createContext, Script } from 'node:vm';

const script = new Script('task()');
const held: { task?: () => unknown } = {};
const context = createContext(held);

/**
 * Does something that cannot be interrupted from inside, such as a library that reads a damaged file: after this many
 * milliseconds it is ended with an error of this message.
 */
export function withinTime<T>(milliseconds: number, message: string, task: () => T): T {
  held.task = task;
  try {
    return script.runInContext(context, { timeout: Math.ceil(milliseconds) }) as T;
  } catch (error) {
    const isLate = (error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';
    throw isLate ? new Error(message) : error;
  } finally {
    held.task = undefined;
  }
}
