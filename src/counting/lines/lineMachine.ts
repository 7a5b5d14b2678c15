import type { BendStep, MaxStep, Program } from '../program/program.ts';
import { zeroEntries } from '../program/zeroEntries.ts';
import { LineMemory } from './lineMemory.ts';
import { LineProducts } from './lineProducts.ts';
import type { MaxTables } from './maxStage.ts';
import { Scan } from './scan.ts';

/** A program in the memory of the kernel, for one walk after another. */
export class LineMachine {
  readonly products: LineProducts;
  readonly scan: Scan;
  private readonly tables = new Map<BendStep, MaxTables>();
  private known: readonly Uint8Array[] | null = null;

  /** Whatever was in the memory is lost. Errors: `LineMemoryFull`. */
  constructor(
    private readonly program: Program,
    readonly memory = new LineMemory(),
  ) {
    memory.reset();
    this.products = new LineProducts(memory, program);
    this.scan = new Scan(memory, Math.max(...program.sizes));
    for (const step of program.stages) {
      if (step.kind === 'max') this.tables.set(step, tablesOf(memory, step, program.sizes[step.source]));
    }
  }

  /** See `zeroEntries`: found when a unit that is zero everywhere is first met. */
  get zeros(): readonly Uint8Array[] {
    return (this.known ??= zeroEntries(this.program));
  }

  tablesOf(step: MaxStep): MaxTables {
    return this.tables.get(step)!;
  }
}

function tablesOf(memory: LineMemory, step: MaxStep, size: number): MaxTables {
  return {
    start: memory.takeWords(step.start),
    members: memory.takeWords(step.members),
    leaders: memory.take(4 * step.start.length),
    states: memory.take(size),
  };
}

/** More memory than this is not kept for the next count. */
const MAX_KEPT = 1 << 28;

/** The machine used last. Its memory serves the next program too: each new one takes much address space. */
let kept: { readonly program: WeakRef<Program>; readonly machine: LineMachine } | null = null;

/** The program's machine, for the caller alone until it is given back. Errors: `LineMemoryFull`. */
export function takeMachine(program: Program): LineMachine {
  const last = kept;
  kept = null;
  if (last?.program.deref() === program) return last.machine;
  return new LineMachine(program, last?.machine.memory);
}

/** All that was taken of its memory has been given back. */
export function giveMachine(program: Program, machine: LineMachine): void {
  if (machine.memory.byteLength <= MAX_KEPT) kept = { program: new WeakRef(program), machine };
}
