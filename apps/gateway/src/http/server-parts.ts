import type { Pool } from 'pg'
import type { DemoFacts } from '../demo-seed.ts'
import type { DeviceAnswer, DeviceRequest } from '../devices/device-api.ts'
import type { Enrolled } from '../devices/enrol.ts'
import type { MintedCode } from '../devices/mint-device-code.ts'
import type { Scope } from '../payments/payment-queries.ts'

/** What answers requests; there only once the database is migrated and the keys are loaded. */
export interface ServerParts {
  readonly pool: Pool
  readonly deviceApi: (request: DeviceRequest) => Promise<DeviceAnswer>
  readonly enrol: (body: string, caller: string) => Promise<Enrolled>
  readonly mintDeviceCode: (scope: Scope, location: string | null) => Promise<MintedCode | null>
  readonly acquirerState: () => 'up' | 'down'
  /** Null but in a demo. */
  readonly demo: DemoFacts | null
}
