import { parseArgs } from 'node:util'
import { type GatewayShape, type LaneName, gatewayShapes, laneNames } from './lane.ts'

export interface Options {
  readonly quick: boolean
  readonly json: boolean
  readonly only: readonly LaneName[]
  /** Of all counts of a full run, for a slow or shared machine. 0 < scale ≤ 1. */
  readonly scale: number
  /** How the gateway runs where a lane measures real programs. */
  readonly gateways: readonly GatewayShape[]
}

const usage =
  `npm run bench -- [--quick] [--json] [--scale 0.2] [--gateway ${gatewayShapes.join('|')}] ` +
  `[--only ${laneNames.join('|')}]…`

/** Throws with a message for the user. */
export function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      scale: { type: 'string', default: '1' },
      gateway: { type: 'string' },
      only: { type: 'string', multiple: true, default: [] },
    },
  })
  const wanted = values.only.flatMap((text) => text.split(','))
  for (const name of wanted) {
    if (!isLaneName(name)) throw new Error(`There is no lane ${name}. ${usage}`)
  }
  const scale = Number(values.scale)
  if (!(scale > 0 && scale <= 1)) throw new Error(`--scale is above 0 and at most 1. ${usage}`)
  const gateways = gatewayShapes.filter((shape) => shape === (values.gateway ?? shape))
  if (gateways.length === 0) throw new Error(`There is no gateway ${values.gateway ?? ''}. ${usage}`)
  const only = laneNames.filter((name) => wanted.length === 0 || wanted.includes(name))
  return { quick: values.quick, json: values.json, only, scale, gateways }
}

function isLaneName(name: string): name is LaneName {
  return laneNames.some((known) => known === name)
}
