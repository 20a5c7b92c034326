import type { Pool } from 'pg'
import type { LinkWord } from '../acquirer/link-word.ts'
import type { DemoFacts } from '../demo/demo-seed.ts'
import type { DeviceAnswer, DeviceRequest } from '../devices/device-api.ts'
import type { Enrolled } from '../devices/enrol.ts'
import type { MintedCode } from '../devices/mint-device-code.ts'
import type { FilesBound } from '../files/files-bound.ts'
import type { GatewayWorld } from '../world/gateway-world.ts'
import type { Scope } from '../database/scope.ts'
import type { Role } from '../world/role.ts'
import type { EndpointDeps } from '../webhooks/webhook-endpoints.ts'
import type { TokenBuckets } from './token-buckets.ts'

/** What every process answers, whatever its role. */
export interface HealthParts {
  readonly role: Role
  readonly pool: Pool
  /** The number of the newest migration that this code knows. */
  readonly migration: number
  readonly linkWord: () => LinkWord
}

/** What answers requests; there only once the database is migrated and the keys are loaded. */
export interface ServerParts extends HealthParts {
  readonly world: GatewayWorld
  /** Keys the codes that enrol devices. */
  readonly codeKey: Uint8Array
  /** Of the merchant API, per account and mode. */
  readonly rateLimit: TokenBuckets
  /** What a merchant may upload, per account and mode. */
  readonly filesBound: FilesBound
  readonly webhooks: EndpointDeps
  readonly deviceApi: (request: DeviceRequest) => Promise<DeviceAnswer>
  readonly enrol: (body: string, caller: string) => Promise<Enrolled>
  readonly mintDeviceCode: (scope: Scope, location: string | null) => Promise<MintedCode | null>
  /** Null but in a demo. */
  readonly demo: DemoFacts | null
}
