import type { Clock } from '@holdfast/core'
import type { Engine } from './engine.ts'
import type { SimulatedProcess } from './simulated-process.ts'

/** 2026-03-02 08:00 UTC: the world's moment 0. */
export const WORLD_BEGAN_MS = Date.UTC(2026, 2, 2, 8)

/** A machine's own idea of the time; it outlives the programs that run on it. */
export interface MachineTime {
  /** Machine − true time. */
  skewMs: number
  utcOffsetMin: number
  bootId: string
  /** World time of the boot: a restart of the machine sets it, a restart of a program does not. */
  bootedAtMs: number
}

export function machineTime(bootId: string, given: Partial<MachineTime> = {}): MachineTime {
  return { skewMs: 0, utcOffsetMin: 60, bootId, bootedAtMs: 0, ...given }
}

export function simulatedClock(engine: Engine, process: SimulatedProcess, machine: MachineTime): Clock {
  return {
    bootId: machine.bootId,
    wallMs: () => Math.max(0, WORLD_BEGAN_MS + engine.nowMs() + machine.skewMs),
    monotonicMs: () => engine.nowMs() - machine.bootedAtMs,
    utcOffsetMin: () => machine.utcOffsetMin,
    timer: (delayMs, task) => process.timer(delayMs, 'timer', task),
  }
}

/** The true time, as the acquirer and the oracles have it. */
export function trueMs(engine: Engine): number {
  return WORLD_BEGAN_MS + engine.nowMs()
}
