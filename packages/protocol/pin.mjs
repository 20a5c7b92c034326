import * as z from 'zod'
import { createHash } from 'node:crypto'
const p = await import('/work/main/packages/protocol/src/index.ts')
const o = {}
for (const [n, s] of Object.entries(p))
  if (s instanceof z.ZodType)
    o[n] = createHash('sha256')
      .update(JSON.stringify(z.toJSONSchema(s, { unrepresentable: 'any' })))
      .digest('hex')
      .slice(0, 16)
console.log(
  Object.entries(o)
    .map(([k, v]) => '  ' + k + ": '" + v + "',")
    .join('\n'),
)
