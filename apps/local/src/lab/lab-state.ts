import type { SwitchMode } from '../switch/switch-mode.ts'
import type { TcpSwitch } from '../switch/tcp-switch.ts'

export const internetModes = ['up', 'down', 'slow', 'flaky', 'captive', 'lost_answers'] as const
export const serviceModes = ['up', 'down', 'brownout'] as const
export const acquirerModes = ['up', 'down', 'slow'] as const
export const lanModes = ['up', 'down'] as const

export interface LabState {
  readonly internet: (typeof internetModes)[number]
  readonly service: (typeof serviceModes)[number]
  readonly acquirer: (typeof acquirerModes)[number]
  /** Nothing hangs on the LAN yet: kept and shown, without effect. */
  readonly lan: (typeof lanModes)[number]
}

/** The real lines behind the four switches. */
export interface LabLines {
  /** Shop to gateway, and shop to the till's page. */
  readonly internet: readonly TcpSwitch[]
  readonly service: TcpSwitch
  readonly acquirer: TcpSwitch
}

export interface LabSwitchboard {
  state(): LabState
  /** Resolves when all lines behave so. */
  set(change: Partial<LabState>): Promise<LabState>
}

export function createSwitchboard(lines: LabLines): LabSwitchboard {
  let state: LabState = { internet: 'up', service: 'up', acquirer: 'up', lan: 'up' }
  return {
    state: () => state,
    async set(change) {
      state = { ...state, ...change }
      await Promise.all([
        ...lines.internet.map((line) => turn(line, change.internet)),
        turn(lines.service, change.service),
        turn(lines.acquirer, change.acquirer),
      ])
      return state
    },
  }
}

async function turn(line: TcpSwitch, mode: SwitchMode | undefined): Promise<void> {
  if (mode !== undefined) await line.setMode(mode)
}
