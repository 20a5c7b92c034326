import type { LaneReport } from './report.ts'

export const laneNames = [
  'enqueue',
  'growth',
  'drain',
  'intake',
  'decision',
  'codec',
  'herd',
  'intents',
  'volume',
] as const
export type LaneName = (typeof laneNames)[number]

/** One process for everything, or one that answers devices and one that speaks with the acquirer. */
export const gatewayShapes = ['all', 'api+worker'] as const
export type GatewayShape = (typeof gatewayShapes)[number]

export interface LaneContext {
  /** Small sizes and one process per figure: does it run, not how fast. */
  readonly quick: boolean
  /** Share of the full counts; of no meaning for a quick run. */
  readonly scale: number
  readonly gateways: readonly GatewayShape[]
  /** An empty folder on the disk that is measured; removed after the run. */
  readonly scratch: string
  /** False where no browser can be started. */
  readonly browser: boolean
  /** Tells a waiting person what happens. */
  readonly tell: (text: string) => void
}

export type Lane = (context: LaneContext) => Promise<LaneReport>

/** A count of a full run at this run's scale. */
export function scaled(count: number, { scale }: Pick<LaneContext, 'scale'>): number {
  return Math.max(1, Math.ceil(count * scale))
}
