import type { Program } from '../program/program.ts';

/** Names the lines that can cut cells: breakpoint `b` of unit `i`, or where two arguments of a maximum are equal. */
export class LineIds {
  private readonly base: number[] = [];
  private readonly perMember: number[] = [];

  constructor(private readonly program: Program) {
    let next = 0;
    for (const step of program.stages) {
      this.base.push(next);
      const size = program.sizes[step.source];
      // A pair of arguments is named by their places in the source tensor.
      const each = step.kind === 'units' ? step.breakpoints.length : size;
      this.perMember.push(each);
      next += size * each;
    }
  }

  ofBreakpoint(stage: number, unit: number, breakpoint: number): number {
    return this.base[stage] + unit * this.perMember[stage] + breakpoint;
  }

  /** Where `first - second` vanishes; both are places in the source tensor. */
  ofPair(stage: number, first: number, second: number): number {
    return this.base[stage] + first * this.perMember[stage] + second;
  }

  stageOf(id: number): number {
    let stage = this.base.length - 1;
    while (id < this.base[stage]) stage--;
    return stage;
  }

  decode(id: number): { stage: number; first: number; second: number; breakpoint: number } {
    const stage = this.stageOf(id);
    const local = id - this.base[stage];
    const first = Math.floor(local / this.perMember[stage]);
    const rest = local % this.perMember[stage];
    const isPair = this.program.stages[stage].kind === 'max';
    return { stage, first, second: isPair ? rest : -1, breakpoint: rest };
  }
}
