import { writeFileSync } from 'node:fs'
import path from 'node:path'

import { jsonRequest } from '../process/json-request.ts'
import { runOperator } from '../stack/run-operator.ts'
import type { Stack } from '../stack/stack.ts'

/** 1.4 % of each sale, and 5 cents. */
const BASIS_POINTS = 140
const FIXED_MINOR = 5

/** What taking a card costs, as the contract with the acquirer says it and as the books have it. */
export async function agreeOnFees({ ready }: Stack, home: string): Promise<void> {
  const terms = { basisPoints: BASIS_POINTS, fixedMinor: FIXED_MINOR, chargebackMinor: 0 }
  await jsonRequest(`${ready.acquirer.control}/terms`, { method: 'POST', body: terms })
  const file = path.join(home, 'fees.json')
  const rule = { basisPoints: BASIS_POINTS, fixedMinor: { eur: FIXED_MINOR } }
  writeFileSync(file, JSON.stringify({ rules: [rule], disputeMinor: {} }))
  await runOperator(home, 'money', 'terms', ready.account, '--fees', file, '--yes')
}
