import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import * as z from 'zod'
import * as protocol from './index.ts'

/** Change these only together with `PROTOCOL_VERSION` and its table. Version 1 of the record never changes (P8). */
const PINNED: Readonly<Record<string, string>> = {
  attemptStatement: '5396803913542964',
  cardFacts: '8a0a4a28837ed459',
  cardSecrets: '82cddd9132e931e1',
  contactDetails: '68fb05d8bcb03720',
  deviceCredential: 'b37540f258c10867',
  deviceStanding: 'cb2050995c2b1432',
  enrolmentAnswer: 'ff74995b2132fcea',
  enrolmentRequest: '37827a31de9b383e',
  exportManifest: 'eef61db6a9a294d2',
  feedAnswer: '942a5f5d874d31fb',
  generationMark: '409ee3c2bf634caf',
  intakeAnswer: '55c0d6fbe224b3f1',
  intakeReceipt: '0a57c40d9d85fd1a',
  intakeRequest: '394a27fb1b1c9ff8',
  kindTerms: '8f3f366502e072b1',
  lease: '9283eadb7926ae84',
  liability: '8fdb0f2dd810c14f',
  manifest: '3adf2e63736bff90',
  offeredMethods: '077dc18b7c8909ad',
  offlineTerms: 'c5b1062d43c5cd47',
  onlineAttemptAnswer: 'a2e5331d786e7d5b',
  onlineAttemptRequest: '47391f607f34deae',
  orderStatement: '59d8b8bdb89321b4',
  outcomeStatement: '8ce9b82f1ea06198',
  pingAnswer: '023b1017dfff227c',
  queueExport: 'afab25af8877b88b',
  receiptTags: 'd7acd47851fdfd46',
  recordHeader: '8abfb2b1b91b519d',
  recordTimes: '2840d16b8fa37a33',
  sealedBlock: 'fd1008bca4ef00c1',
  serviceNotice: '1f5902fb7d381388',
  serviceNotices: '98b66b8c4533c829',
  signed: 'c216398635cf3471',
  signedTime: 'e268892910b2eb58',
  tipStatement: 'a4f0dd9b47ef989b',
  tipSuggestions: '4b5058df189d70b4',
  wireRecord: 'f68b31c813fe16e1',
}

const schemas = Object.entries(protocol).flatMap(([name, value]): [string, z.ZodType][] =>
  value instanceof z.ZodType ? [[name, value]] : [],
)

test.each(schemas)('%s crosses the wire as it did in the version that is pinned', (name, schema) => {
  const json = JSON.stringify(z.toJSONSchema(schema, { unrepresentable: 'any' }))
  const hash = createHash('sha256').update(json).digest('hex').slice(0, 16)
  expect(hash).toBe(PINNED[name])
})

test('every pinned schema still exists', () => {
  expect(Object.keys(PINNED).sort()).toEqual(schemas.map(([name]) => name).sort())
})
